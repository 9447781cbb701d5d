/* What is to be seen of the desk from outside: metrics, and whether it works as it should. Private to api/. */
#ifndef PARRY_API_DESK_WATCH_H
#define PARRY_API_DESK_WATCH_H

#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Once, with a desk, before serving begins. */
void parry_desk_watch(parry_app *app);

#ifdef __cplusplus
}
#endif
#endif
