/* The configuration's table as text: the manual, the page of the documentation, and what a program goes by. */
#include "base/config_private.h"

static const char *fallback_of(const parry_config_row *r) { return *r->fallback ? r->fallback : "empty"; }

static void words(parry_buf *out, const char *list, const char *between)
{
    parry_str rest = parry_str_of(list), word;
    for (const char *sep = ""; parry_str_split(&rest, ' ', &word); sep = between)
        parry_buf_printf(out, "%s%.*s", sep, PARRY_FMT(word));
}

static void range(parry_buf *out, const parry_config_row *r, const char *between)
{
    switch (parry_config_kind_of(r)) {
    case NUMBER:
    case DECIMAL:
        parry_buf_printf(out, "%lld to %lld %s", (long long)r->least, (long long)r->most, r->unit);
        break;
    case TEXT:
    case ADDRESS:
        parry_buf_printf(out, "%s, %lld to %lld bytes", r->unit, (long long)r->least, (long long)r->most);
        break;
    case WORDS:
        parry_buf_addz(out, "any of ");
        words(out, r->unit, ", ");
        break;
    case WORD:
        words(out, r->unit, between);
        break;
    }
}

void parry_config_manual(parry_buf *out)
{
    for (const parry_config_row *r = parry_config_rows; r < parry_config_rows + parry_config_nrows; r++) {
        parry_buf_printf(out, "%s\n    %s\n    ", r->key, r->help);
        range(out, r, " | ");
        parry_buf_printf(out, "; default %s\n", fallback_of(r));
        if (r->kind & LIVE)
            parry_buf_addz(out, "    SIGHUP takes a new value.\n");
        if (parry_config_names_file(r)) {
            parry_buf_addz(out, "    The environment may name another: ");
            parry_config_variable(r->key, out);
            parry_buf_addz(out, "\n");
        }
    }
}

/* ---- sections --------------------------------------------------------------------------------------------------- */

static parry_str section_of(const parry_config_row *r)
{
    parry_str key = parry_str_of(r->key);
    return parry_str_make(key.p, parry_str_find(key, parry_str_of(".")));
}

static bool begins_section(const parry_config_row *r)
{
    return r == parry_config_rows || !parry_str_eq(section_of(r), section_of(r - 1));
}

static const char *name_in_section(const parry_config_row *r) { return r->key + section_of(r).n + 1; }

/* ---- docs/configuration.md -------------------------------------------------------------------------------------- */

static const char intro[] =
    "# Configuration\n"
    "\n"
    "Made from the table in [base/config.c](../base/config.c) by `parry config markdown`; a test holds the two equal.\n"
    "\n"
    "One YAML file, named with `--config FILE`. Every key has a default, so that no file is needed; an unknown key or "
    "a "
    "value\nout of its range is refused with its line.\n"
    "\n"
    "```yaml\n"
    "serve:\n"
    "  listen: 127.0.0.1:8080\n"
    "log:\n"
    "  format: json\n"
    "```\n"
    "\n"
    "```sh\n"
    "parry config check /etc/parry/parry.yaml    # every mistake with its line; exit 0 where there is none\n"
    "parry config show --config /etc/parry/parry.yaml    # every value that is in effect\n"
    "parry config --help    # this page\n"
    "```\n"
    "\n"
    "Over the file's values go, in this order, the environment (below) and `--option KEY=VALUE`.\n"
    "\n"
    "**Secrets** never stand in the configuration: a key that ends in `_file` names a file that holds them. The "
    "environment may\nname another file, in the variable that its key gives, so that a service manager hands it over.\n"
    "\n"
    "**Live** keys take a new value while the server runs: `kill -HUP` its process (`systemctl reload parry`) reads "
    "the "
    "file\nagain. A file with a mistake changes nothing. The log says what changed, and which changed keys wait for a "
    "restart.\n";

static void markdown_row(parry_buf *out, const parry_config_row *r)
{
    parry_buf_printf(out, "| `%s` | %s", r->key, r->help);
    if (parry_config_names_file(r)) {
        parry_buf_addz(out, " Environment: `");
        parry_config_variable(r->key, out);
        parry_buf_addz(out, "`.");
    }
    parry_buf_addz(out, " | ");
    range(out, r, ", ");
    parry_buf_printf(out, " | %s%s%s | %s |\n", *r->fallback ? "`" : "", fallback_of(r), *r->fallback ? "`" : "",
                     r->kind & LIVE ? "yes" : "");
}

void parry_config_markdown(parry_buf *out)
{
    parry_buf_addz(out, intro);
    for (const parry_config_row *r = parry_config_rows; r < parry_config_rows + parry_config_nrows; r++) {
        if (begins_section(r))
            parry_buf_printf(out, "\n## %.*s\n\n| key | | values | default | live |\n|---|---|---|---|---|\n",
                             PARRY_FMT(section_of(r)));
        markdown_row(out, r);
    }
}

/* ---- what is in effect ------------------------------------------------------------------------------------------ */

static void quoted(parry_buf *out, const char *z)
{
    parry_buf_addc(out, '"');
    for (; *z; z++) {
        if (*z == '"' || *z == '\\')
            parry_buf_addc(out, '\\');
        parry_buf_addc(out, *z);
    }
    parry_buf_addc(out, '"');
}

static void show_row(const parry_config *c, const parry_config_row *r, parry_buf *out)
{
    parry_config_kind kind = parry_config_kind_of(r);
    parry_buf value = PARRY_BUF(8 * 1024);
    parry_config_print(c, r, &value);
    parry_buf_printf(out, "  %s: ", name_in_section(r));
    if (kind == NUMBER || kind == DECIMAL)
        parry_buf_adds(out, parry_buf_str(&value));
    else
        quoted(out, value.p ? value.p : "");
    bool as_ever = parry_str_eqz(parry_buf_str(&value), r->fallback);
    parry_buf_printf(out, "%s%s\n", as_ever ? "" : " # default: ", as_ever ? "" : fallback_of(r));
    parry_buf_free(&value);
}

void parry_config_show(const parry_config *c, parry_buf *out)
{
    for (const parry_config_row *r = parry_config_rows; r < parry_config_rows + parry_config_nrows; r++) {
        if (begins_section(r))
            parry_buf_printf(out, "%.*s:\n", PARRY_FMT(section_of(r)));
        show_row(c, r, out);
    }
}
