/* Boosts: how much fields weigh, and what raises an article whatever is asked. Side table "boosts", from
 * _search/boosts.yaml; all is off unless it is written, so that ranking is as shipped:
 *
 *     fields: {title: 1.5, headings: 1, keywords: 2, body: 1}   times the shipped weight; 0.25 to 4
 *     freshness: {points: 1, half_life_days: 180}               points x 0.5 ^ (age of `updated` / half-life)
 *     popularity: {points: 1}                                   points x log(1 + views) / log(1 + most views)
 *     votes: {points: 1}                                        points x lower bound of the share of helpful votes
 *     categories: {Refunds: 0.5}                                points, -3 to 3
 *     products: {App: -0.5}
 *
 * points of the first three: 0 to 3. Views and votes are the side table "usage": {ID: {"views": 120, "up": 9, "down":
 * 1}}. */
#ifndef PARRY_ENGINE_BOOSTS_H
#define PARRY_ENGINE_BOOSTS_H

#include "engine/search.h"

#define PARRY_BOOST_POINTS_MAX 3.0
#define PARRY_HALF_LIFE_DAYS 180.0

typedef struct parry_named_points {
    parry_str name;
    double points;
} parry_named_points;

typedef struct parry_boosts {
    float field[PARRY_ROW_KINDS]; /* times the shipped field weight */
    double freshness, half_life_days, popularity, votes;
    const parry_named_points *categories, *products;
    size_t ncategories, nproducts;
} parry_boosts;

typedef struct parry_usage_row {
    parry_str id;
    double views, up, down;
} parry_usage_row;

typedef struct parry_usage {
    const parry_usage_row *rows; /* by id */
    size_t n;
    double most_views;
} parry_usage;

PARRY_MUST parry_code parry_boosts_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err);
PARRY_MUST parry_code parry_usage_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err);

/* Times the article was read; 0 where nothing was counted (u may be NULL). */
double parry_usage_views(const parry_usage *u, parry_str id);
/* The lower end of the 95 % interval of up / (up + down) (Wilson 1927); 0 without votes. */
double parry_wilson(double up, double down);

enum { PARRY_BOOST_PARTS = 5 };
/* What the boosts give an article, each with its points; returns how many. usage may be NULL: nothing was counted. */
size_t parry_boost_parts(const parry_boosts *b, const parry_usage *usage, const parry_article_out *x, int64_t now_ms,
                         parry_part parts[PARRY_BOOST_PARTS]);

#endif
