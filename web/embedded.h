/* The tables that web/embed.cmake writes into embedded.c at build time. */
#ifndef PARRY_WEB_EMBEDDED_H
#define PARRY_WEB_EMBEDDED_H

#include "web/site.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const parry_asset parry_embedded_assets[];
extern const size_t parry_embedded_nassets;
extern const parry_asset parry_embedded_templates[]; /* name without ".mustache" */
extern const size_t parry_embedded_ntemplates;

#ifdef __cplusplus
}
#endif
#endif
