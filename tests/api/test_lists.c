/* Lists in pieces, replies in part, generations: without a socket. */
#include "app_home.h"

#include "api/fields.h"
#include "api/paging.h"

#include "base/clock.h"

static app_home *h;
static json_t *kept[300]; /* freed at the end of a test */
static size_t nkept;

static int set_up(void **state)
{
    (void)state;
    h = app_home_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    while (nkept > 0)
        json_decref(kept[--nkept]);
    app_home_free(h);
    return 0;
}

static answered ask(const char *method, const char *target)
{
    answered a = app_home_ask(h, method, target, NULL, NULL);
    if (a.json != NULL)
        kept[nkept++] = a.json;
    return a;
}

static void put(const char *id, const char *title, const char *category)
{
    char text[200], target[100];
    snprintf(text, sizeof text, "---\nid: %s\ntitle: %s\ncategory: %s\n---\nText.\n", id, title, category);
    answered a = app_home_ask(h, "POST", "/v1/articles?wait=live", "Content-Type: text/markdown", text);
    json_decref(a.json);
    if (a.status == 409) {
        snprintf(target, sizeof target, "/v1/articles/%s?wait=live", id);
        a = app_home_ask(h, "PUT", target, "Content-Type: text/markdown\nIf-Match: *", text);
        json_decref(a.json);
    }
    assert_int_equal(a.status / 100, 2);
}

/* "a b c", and where the next piece begins: "" at the end. */
static const char *ids_at(const char *query, char next[500])
{
    static char ids[1000];
    char target[800];
    snprintf(target, sizeof target, "/v1/articles?%s", query);
    answered a = ask("GET", target);
    assert_int_equal(a.status, 200);
    const json_t *list = json_object_get(a.json, "articles");
    ids[0] = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t n = strlen(ids);
        snprintf(ids + n, sizeof ids - n, "%s%s", i ? " " : "",
                 json_string_value(json_object_get(json_array_get(list, i), "id")));
    }
    const char *more = json_string_value(json_object_get(a.json, "next"));
    snprintf(next, 500, "%s", more ? more : "");
    return ids;
}

static void a_list_goes_on_where_it_stopped_whatever_comes_and_goes(void **state)
{
    (void)state;
    char next[500], query[700];
    put("b", "Banana", "Fruit");
    put("d", "Date", "Fruit");
    put("f", "Fig, \\\"dried\\\"", "Fruit");
    put("z", "Zucchini", "Vegetables");
    assert_string_equal(ids_at("limit=2", next), "b d");
    put("a", "Apple", "Fruit");  /* before the place: not seen, and moves nothing */
    put("e", "Elder", "Fruit");  /* after it */
    put("d", "Durian", "Fruit"); /* the place itself is gone, its article further on */
    snprintf(query, sizeof query, "limit=2&cursor=%s", next);
    assert_string_equal(ids_at(query, next), "d e");
    snprintf(query, sizeof query, "limit=2&cursor=%s", next);
    assert_string_equal(ids_at(query, next), "f z");
    assert_string_equal(next, "");
    assert_string_equal(ids_at("limit=10&category=Fruit", next), "a b d e f");
    assert_string_equal(ids_at("limit=2&offset=3", next), "e f");
    snprintf(query, sizeof query, "category=Fruit&cursor=%s", next);
    assert_string_equal(ids_at(query, next), "");
}

static void a_made_up_cursor_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "x",         "%00",
                                      "bnVsbA",     "W10",       "WyJhcnRpY2xlcyJd",
                                      "eyJhIjoxfQ", "%2B%2F%3D", "WyJnZW5lcmF0aW9ucyIsIjEiLCIyIiwiMyJd"};
    char target[7000];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(target, sizeof target, "/v1/articles?cursor=%s", bad[i]);
        assert_int_equal(ask("GET", target).status, 400);
    }
    snprintf(target, sizeof target, "/v1/articles?cursor=%06000d", 0);
    assert_int_equal(ask("GET", target).status, 400);
    put("a", "A", "C");
    put("b", "B", "C");
    char next[500], query[600];
    ids_at("limit=1", next);
    snprintf(query, sizeof query, "/v1/articles?offset=1&cursor=%s", next);
    assert_int_equal(ask("GET", query).status, 400);
    snprintf(query, sizeof query, "/v1/generations?cursor=%s", next);
    assert_int_equal(ask("GET", query).status, 400);
}

static void only_the_fields_that_are_asked_for_come(void **state)
{
    (void)state;
    put("a", "Wombat", "C");
    answered a = ask("GET", "/v1/articles?fields=total,articles.id,articles.title");
    assert_str(a.body, "{\"total\":1,\"articles\":[{\"id\":\"a\",\"title\":\"Wombat\"}]}\n");
    a = ask("GET", "/v1/articles/a?fields=id,nothing");
    assert_str(a.body, "{\"id\":\"a\"}\n");
    assert_string_not_equal(a.etag, ask("GET", "/v1/articles/a").etag);
    a = ask("GET", "/v1/search?q=wombat&fields=hits.id");
    assert_str(a.body, "{\"hits\":[{\"id\":\"a\"}]}\n");
    assert_int_equal(ask("GET", "/v1/articles/a?fields=").status, 400);
    assert_int_equal(ask("GET", "/v1/articles/a?fields=a..b").status, 400);
    assert_int_equal(ask("GET", "/v1/articles/a?fields=id,").status, 400);
    assert_int_equal(ask("GET", "/v1/articles/none?fields=id").status, 404);
}

static const char *kept_of(const char *json, const char *text)
{
    static char out[300];
    parry_fields fields;
    ok(parry_fields_parse(parry_str_of(text), &fields, &err));
    json_t *j = json_loads(json, JSON_DECODE_ANY, NULL), *k = parry_fields_keep(j, &fields);
    char *z = json_dumps(k, JSON_COMPACT | JSON_ENCODE_ANY);
    snprintf(out, sizeof out, "%s", z);
    free(z);
    json_decref(k);
    json_decref(j);
    return out;
}

static void fields_are_kept_by_name_through_lists(void **state)
{
    (void)state;
    const char *json = "{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"l\":[{\"x\":1,\"y\":2},{\"y\":3},4],\"n\":null}";
    assert_string_equal(kept_of(json, "a.b"), "{\"a\":{\"b\":1}}");
    assert_string_equal(kept_of(json, "a.b,a"), "{\"a\":{\"b\":1,\"c\":{\"d\":2}}}");
    assert_string_equal(kept_of(json, "a.c.d,n"), "{\"a\":{\"c\":{\"d\":2}},\"n\":null}");
    assert_string_equal(kept_of(json, "l.x"), "{\"l\":[{\"x\":1},{},4]}");
    assert_string_equal(kept_of(json, "A,a.bb"), "{\"a\":{}}");
    parry_fields f;
    assert_int_equal(parry_fields_parse(parry_str_of("a.b.c.d.e.f.g.h.i"), &f, NULL), PARRY_INVALID);
    char many[300];
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = i % 2 ? ',' : 'a';
    many[2 * PARRY_FIELDS_MOST + 1] = 0;
    assert_int_equal(parry_fields_parse(parry_str_of(many), &f, NULL), PARRY_INVALID);
}

static json_int_t number(answered a, const char *name) { return json_integer_value(json_object_get(a.json, name)); }

static void generations_are_listed_and_shown(void **state)
{
    (void)state;
    put("a", "A", "C");
    put("b", "B", "C");
    answered list = ask("GET", "/v1/generations?limit=1");
    assert_int_equal(list.status, 200);
    const json_t *first = json_array_get(json_object_get(list.json, "generations"), 0);
    assert_int_equal(json_integer_value(json_object_get(first, "number")), number(list, "current"));
    assert_int_equal(json_integer_value(json_object_get(first, "articles")), 2);
    assert_true(json_is_true(json_object_get(first, "served")));
    char target[600];
    snprintf(target, sizeof target, "/v1/generations?cursor=%s", json_string_value(json_object_get(list.json, "next")));
    answered rest = ask("GET", target);
    const json_t *second = json_array_get(json_object_get(rest.json, "generations"), 0);
    assert_true(json_integer_value(json_object_get(second, "number")) < number(list, "current"));
    answered one = ask("GET", "/v1/generations/current");
    assert_int_equal(number(one, "number"), number(list, "current"));
    assert_int_equal(number(one, "change"), 2);
    assert_int_equal(json_array_size(json_object_get(one.json, "parts")), number(one, "segments"));
    assert_int_equal(ask("GET", "/v1/generations/999999").status, 404);
    assert_int_equal(ask("GET", "/v1/generations/..%2F..%2FCURRENT").status, 404);
    app_home_as(h, "search articles.read", NULL, 0);
    assert_int_equal(ask("GET", "/v1/generations").status, 403);
}

static void reindexing_makes_one_segment_of_all(void **state)
{
    (void)state;
    put("a", "A", "C");
    put("b", "B", "C");
    answered before = ask("GET", "/v1/generations/current");
    assert_true(number(before, "segments") > 1);
    assert_int_equal(ask("POST", "/v1/admin/reindex").status, 202);
    answered now = before;
    for (int i = 0; i < 1000 && (number(now, "number") == number(before, "number") || number(now, "articles") == 0);
         i++) {
        parry_sleep_ms(10);
        if (nkept > 200)
            json_decref(kept[--nkept]);
        now = ask("GET", "/v1/generations/current");
    }
    assert_int_equal(number(now, "segments"), 1);
    assert_int_equal(number(now, "articles"), 2);
    assert_int_equal(ask("POST", "/v1/admin/refresh").status, 202);
    app_home_as(h, "search articles.publish", NULL, 0);
    assert_int_equal(ask("POST", "/v1/admin/reindex").status, 403);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_list_goes_on_where_it_stopped_whatever_comes_and_goes),
        test(a_made_up_cursor_is_refused),
        test(only_the_fields_that_are_asked_for_come),
        test(fields_are_kept_by_name_through_lists),
        test(generations_are_listed_and_shown),
        test(reindexing_makes_one_segment_of_all),
    };
    return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
