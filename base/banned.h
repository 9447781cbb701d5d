/* Calls with a safer neighbour do not compile. Included by the build (-include base/banned.h) in our C files only. */
#ifndef PARRY_BASE_BANNED_H
#define PARRY_BASE_BANNED_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* With clang and _FORTIFY_SOURCE glibc makes these two macros, and a macro cannot be poisoned. */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok atoi atol atoll gmtime localtime ctime   \
    asctime
#endif
