/* Xapian behind C, for cases. The structs hold the C++ objects themselves; `guard` is the one place where exceptions
 * end. */
#include "desk/cases/case_index.h"

#include <xapian.h>

#include <exception>
#include <new>
#include <string>
#include <vector>

struct parry_case_writer {
    Xapian::WritableDatabase db;
    uint64_t seq;
};

struct parry_case_doc {
    Xapian::Document doc;
};

struct parry_case_reader {
    Xapian::Database db;
};

namespace
{

enum { TRIES = 8 }; // a reader that was overtaken by two commits begins again

parry_code code_of(const Xapian::Error &e)
{
    const std::string type = e.get_type();
    if (type == "DatabaseLockError")
        return PARRY_CONFLICT;
    if (type == "DatabaseNotFoundError")
        return PARRY_NOT_FOUND;
    return e.get_error_string() != nullptr ? PARRY_IO : PARRY_CORRUPT;
}

template <typename Body> parry_code guard(parry_err *err, const char *what, Body body) noexcept
{
    try {
        return body();
    } catch (const Xapian::Error &e) {
        return parry_fail(err, code_of(e), "%s: %s", what, e.get_description().c_str());
    } catch (const std::bad_alloc &) {
        parry_oom();
    } catch (const std::exception &e) {
        return parry_fail(err, PARRY_IO, "%s: %s", what, e.what());
    } catch (...) {
        return parry_fail(err, PARRY_IO, "%s: an unknown exception", what);
    }
}

std::string term_of(const parry_case_term &t) { return std::string(reinterpret_cast<const char *>(t.b), sizeof t.b); }

bool has(const uint64_t *bits, size_t n, uint64_t bit) { return bit < n && (bits[bit / 64] >> (bit % 64) & 1) != 0; }

class Wanted : public Xapian::MatchDecider
{
    const uint64_t *bits;
    size_t n;

  public:
    Wanted(const uint64_t *b, size_t count) : bits(b), n(count) {}
    bool operator()(const Xapian::Document &d) const override { return has(bits, n, d.get_docid() - 1); }
};

} // namespace

/* ---- writing ----------------------------------------------------------------------------------------------------- */

parry_code parry_case_writer_open(const char *dir, parry_str stamp, parry_case_writer **out, parry_err *err)
{
    return guard(err, "cannot open the index of cases", [&] {
        auto *w = new parry_case_writer{
            Xapian::WritableDatabase(dir, Xapian::DB_CREATE_OR_OPEN | Xapian::DB_BACKEND_GLASS), 0};
        const std::string has = w->db.get_metadata("stamp"), seq = w->db.get_metadata("seq"), wanted(stamp.p, stamp.n);
        if (has != wanted && (!has.empty() || w->db.get_doccount() > 0)) {
            delete w;
            return parry_fail(err, PARRY_CORRUPT, "the index of cases is of another store or key");
        }
        w->db.set_metadata("stamp", wanted);
        w->seq = seq.empty() ? 0 : std::stoull(seq);
        *out = w;
        return PARRY_OK;
    });
}

void parry_case_writer_close(parry_case_writer *w)
{
    if (w == nullptr)
        return;
    (void)guard(nullptr, "", [&] {
        w->db.close();
        return PARRY_OK;
    });
    (void)guard(nullptr, "", [&] {
        delete w;
        return PARRY_OK;
    });
}

uint64_t parry_case_writer_seq(const parry_case_writer *w) { return w->seq; }

parry_code parry_case_writer_commit(parry_case_writer *w, uint64_t seq, parry_err *err)
{
    return guard(err, "cannot write the index of cases", [&] {
        w->db.set_metadata("seq", std::to_string(seq));
        w->db.commit();
        w->seq = seq;
        return PARRY_OK;
    });
}

parry_case_doc *parry_case_doc_new(void)
{
    parry_case_doc *d = nullptr;
    (void)guard(nullptr, "", [&] {
        d = new parry_case_doc{Xapian::Document()};
        return PARRY_OK;
    });
    return d;
}

void parry_case_doc_free(parry_case_doc *d) { delete d; }

void parry_case_doc_clear(parry_case_doc *d)
{
    (void)guard(nullptr, "", [&] {
        d->doc = Xapian::Document();
        return PARRY_OK;
    });
}

parry_code parry_case_doc_add(parry_case_doc *d, parry_case_term term, unsigned weight, parry_err *err)
{
    return guard(err, "cannot index a word", [&] {
        d->doc.add_term(term_of(term), weight);
        return PARRY_OK;
    });
}

parry_code parry_case_writer_put(parry_case_writer *w, uint64_t id, parry_case_doc *d, parry_err *err)
{
    if (id == 0 || id > UINT32_MAX)
        return parry_fail(err, PARRY_TOO_LARGE, "case %llu is beyond what the index can number",
                          (unsigned long long)id);
    return guard(err, "cannot index a case", [&] {
        w->db.replace_document(static_cast<Xapian::docid>(id), d->doc);
        d->doc = Xapian::Document();
        return PARRY_OK;
    });
}

parry_code parry_case_writer_remove(parry_case_writer *w, uint64_t id, parry_err *err)
{
    return guard(err, "cannot take a case out of the index", [&] {
        try {
            w->db.delete_document(static_cast<Xapian::docid>(id));
        } catch (const Xapian::DocNotFoundError &) {
        }
        return PARRY_OK;
    });
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

parry_code parry_case_reader_open(const char *dir, parry_case_reader **out, parry_err *err)
{
    return guard(err, "cannot open the index of cases", [&] {
        *out = new parry_case_reader{Xapian::Database(dir)};
        return PARRY_OK;
    });
}

void parry_case_reader_close(parry_case_reader *r)
{
    (void)guard(nullptr, "", [&] {
        delete r;
        return PARRY_OK;
    });
}

namespace
{

Xapian::Query query_of(const parry_case_search_query *q)
{
    std::vector<Xapian::Query> groups;
    for (size_t i = 0; i < q->ngroups; i++) {
        std::vector<Xapian::Query> any;
        for (size_t k = 0; k < q->groups[i].n; k++)
            any.emplace_back(term_of(q->groups[i].terms[k]));
        groups.emplace_back(Xapian::Query::OP_OR, any.begin(), any.end());
    }
    return Xapian::Query(q->all ? Xapian::Query::OP_AND : Xapian::Query::OP_OR, groups.begin(), groups.end());
}

/* The bits of every document that has any term of the group. */
void collect(parry_case_reader *r, const parry_case_group *g, std::vector<uint64_t> &bits, size_t n)
{
    for (size_t k = 0; k < g->n; k++) {
        const std::string term = term_of(g->terms[k]);
        for (auto it = r->db.postlist_begin(term), end = r->db.postlist_end(term); it != end; ++it) {
            const size_t bit = *it - 1;
            if (bit < n)
                bits[bit / 64] |= uint64_t{1} << (bit % 64);
        }
    }
}

/* Those of the wanted that are found; how many. */
size_t match(parry_case_reader *r, const parry_case_search_query *q, uint64_t *found)
{
    const size_t words = (q->nwanted + 63) / 64;
    std::vector<uint64_t> result(words, q->all ? ~uint64_t{0} : 0), one(words);
    bool any = true; // can there be one yet that has all
    for (size_t i = 0; i < q->ngroups && any; i++) {
        one.assign(words, 0);
        collect(r, &q->groups[i], one, q->nwanted);
        any = !q->all;
        for (size_t k = 0; k < words; k++) {
            result[k] = q->all ? result[k] & one[k] : result[k] | one[k];
            any = any || result[k] != 0;
        }
    }
    size_t total = 0;
    for (size_t k = 0; k < words; k++) {
        result[k] &= q->wanted[k];
        total += static_cast<size_t>(__builtin_popcountll(result[k]));
        if (found != nullptr)
            found[k] = result[k];
    }
    return total;
}

/* The best ones alone: Xapian passes over what cannot be among them, which to count all of them would forbid. Counting
 * bits as well takes half the time of an exact count by the matcher. */
void rank(parry_case_reader *r, const parry_case_search_query *q, uint64_t *ids, size_t *n, size_t *total)
{
    *total = match(r, q, nullptr);
    if (*total <= q->offset)
        return;
    const Wanted wanted(q->wanted, q->nwanted);
    Xapian::Enquire enquire(r->db);
    enquire.set_query(query_of(q));
    enquire.set_docid_order(Xapian::Enquire::DESCENDING);
    const Xapian::MSet found = enquire.get_mset(static_cast<Xapian::doccount>(q->offset),
                                                static_cast<Xapian::doccount>(q->limit), 0, nullptr, &wanted);
    size_t k = 0;
    for (auto it = found.begin(); it != found.end() && k < q->limit; ++it)
        ids[k++] = *it;
    *n = k;
}

} // namespace

parry_code parry_case_reader_search(parry_case_reader *r, const parry_case_search_query *q, uint64_t *ids, size_t *n,
                                    size_t *total, parry_err *err)
{
    *n = *total = 0;
    if (q->ngroups == 0) {
        for (size_t k = 0; q->found != nullptr && k < (q->nwanted + 63) / 64; k++)
            q->found[k] = 0;
        return PARRY_OK;
    }
    return guard(err, "cannot search the cases", [&] {
        for (int i = 0;; i++) {
            try {
                (void)r->db.reopen();
                if (q->found != nullptr)
                    *total = match(r, q, q->found);
                else
                    rank(r, q, ids, n, total);
                return PARRY_OK;
            } catch (const Xapian::DatabaseModifiedError &) {
                if (i == TRIES)
                    throw;
            }
        }
    });
}
