/* Export: records of the ledger for other programs, a line of JSON each.
 *
 * Stream: {"offset", "key", "kind", "at", "payload"}: offset is the record's number, from which a consumer goes on; key
 * its id (else its number), the same for ever, so that a topic that is compacted by key keeps one message a record; a
 * payload of null is a tombstone: the record was erased.
 *
 * UBI: User Behavior Insights 1.3.0 (https://o19s.github.io/ubi), as the lines of OpenSearch's _bulk: an action, then
 * its document, for the indexes ubi_queries and ubi_events; an erased record is a delete. docs/privacy.md has the table
 * of fields. Pure but for `common`; any thread. */
#ifndef PARRY_DEFLECTION_EXPORT_H
#define PARRY_DEFLECTION_EXPORT_H

#include "deflection/common.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_export_form { PARRY_EXPORT_STREAM, PARRY_EXPORT_UBI } parry_export_form;

/* common: texts that are not in it are withheld, and the audit is left out; NULL: everything as it is kept (of the
 * stream alone). Appends whole lines, or none for a record that the form has no place for. */
void parry_export_record(parry_export_form form, const parry_ledger_record *r, parry_common *common, parry_buf *out);

#ifdef __cplusplus
}
#endif
#endif
