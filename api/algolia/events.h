/* Algolia's Insights events, read and checked as its API does: at most 1,000 in a body of at most 2 MB, all or none. */
#ifndef PARRY_API_ALGOLIA_EVENTS_H
#define PARRY_API_ALGOLIA_EVENTS_H

#include "base/str.h"

#include <jansson.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_ALGOLIA_EVENTS = 1000,
    PARRY_ALGOLIA_EVENTS_BYTES = 2 << 20,
    PARRY_ALGOLIA_OBJECTS = 20, /* of one event */
};

typedef enum parry_algolia_event_type {
    PARRY_ALGOLIA_CLICK,
    PARRY_ALGOLIA_CONVERSION,
    PARRY_ALGOLIA_VIEW
} parry_algolia_event_type;

typedef struct parry_algolia_event { /* borrows from the JSON */
    parry_algolia_event_type type;
    parry_str name, index;          /* name: 1 to 64 printable ASCII */
    parry_str user, signed_in_user; /* tokens; signed_in_user may be empty */
    parry_str query_id;             /* 32 hex digits (a UUID without its hyphens), or empty */
    int64_t timestamp_ms;           /* 0: now */
    parry_str objects[PARRY_ALGOLIA_OBJECTS];
    size_t nobjects;
    uint32_t positions[PARRY_ALGOLIA_OBJECTS]; /* from 1, one an object; 0 where it was not said */
} parry_algolia_event;

/* {"events": [...]}, without those that a library sends about itself. Fails: INVALID names the first that is wrong
 * ("events[3]: ..."). */
PARRY_MUST parry_code parry_algolia_events_read(parry_arena *a, const json_t *body, parry_algolia_event **out,
                                                size_t *n, parry_err *err);
/* As Parry's own events (docs/events.md), a new list: a click and a view become one an object; a view of several
 * objects, or named "Hits Viewed", is an impression of them; a conversion named "Solved" says that it helped, "Ticket
 * Created" that it did not, and any other that the article was read. */
json_t *parry_algolia_events_json(const parry_algolia_event *events, size_t n);

#ifdef __cplusplus
}
#endif
#endif
