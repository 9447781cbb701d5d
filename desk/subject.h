/* Subject: a line that stands for what somebody wrote, where they gave none. Pure; any thread. */
#ifndef PARRY_DESK_SUBJECT_H
#define PARRY_DESK_SUBJECT_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_SUBJECT_SUGGESTED = 80 }; /* characters */

/* The first sentence that says something (no greeting, no "I have a question"), cut at the end of a word to
 * PARRY_SUBJECT_SUGGESTED characters with an ellipsis; one line, no control characters; empty where the description has
 * no letters. It is not redacted: it goes where the description goes. In the arena. */
parry_str parry_suggest_subject(parry_arena *a, parry_str description);

#ifdef __cplusplus
}
#endif
#endif
