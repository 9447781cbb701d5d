/* Activation: a listening socket that was handed over by who started the program, as systemd does for a .socket unit:
 * connections wait in it while the program is restarted, and none is refused. See sd_listen_fds(3); the protocol is two
 * variables of the environment. */
#ifndef PARRY_API_ACTIVATION_H
#define PARRY_API_ACTIVATION_H

#include "api/http/listen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* listen_pid, listen_fds: LISTEN_PID and LISTEN_FDS as they stand in the environment; NULL: not there. *fd: the socket,
 * made non-blocking and closed on exec, text its address, *loopback as of parry_bind; or -1 and these untouched where
 * none was handed over (to this process). Fails: INVALID (more than one, or no listening stream socket over IP), IO. */
PARRY_MUST parry_code parry_activated_socket(const char *listen_pid, const char *listen_fds, int *fd,
                                             char text[PARRY_ADDRESS_TEXT], bool *loopback, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
