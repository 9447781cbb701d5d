/* Xapian behind C. The structs hold the C++ objects themselves (as leveldb's c.h does), so nothing is cast; `guard` is
 * the one place where exceptions end. */
#include "engine/text_shim.h"

#include "base/file.h"

#include <xapian.h>

#include <exception>
#include <new>
#include <string>

struct parry_text_writer {
    std::string dir;
    Xapian::WritableDatabase db;
    Xapian::Document row;
};

struct parry_text_reader {
    Xapian::Database db;
    std::string term; // reused, so that a lookup does not allocate
};

struct parry_stemmer {
    Xapian::Stem stem;
    std::string word;
};

namespace
{

// What went wrong on an immutable file is the file's fault, unless the system says it was its own.
parry_code code_of(const Xapian::Error &e)
{
    const std::string type = e.get_type(); // its classes have no virtual functions to tell them by
    if (type == "DatabaseNotFoundError")
        return PARRY_NOT_FOUND;
    if (type == "InvalidArgumentError")
        return PARRY_INVALID;
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

} // namespace

parry_code parry_text_writer_open(const char *scratch_dir, parry_text_writer **out, parry_err *err)
{
    return guard(err, "cannot begin a text index", [&] {
        // Nobody reads the scratch folder and it does not survive a crash: no sync, no copy-on-write, no term lists.
        const int flags = Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS | Xapian::DB_NO_SYNC | Xapian::DB_DANGEROUS |
                          Xapian::DB_NO_TERMLIST;
        *out = new parry_text_writer{scratch_dir, Xapian::WritableDatabase(scratch_dir, flags), Xapian::Document()};
        return PARRY_OK;
    });
}

void parry_text_writer_free(parry_text_writer *w)
{
    if (w == nullptr)
        return;
    const std::string dir = w->dir;
    (void)guard(nullptr, "", [&] {
        w->db.close(); // not committed: the folder goes away
        return PARRY_OK;
    });
    (void)guard(nullptr, "", [&] {
        delete w;
        return PARRY_OK;
    });
    if (parry_tree_remove(dir.c_str(), nullptr) != PARRY_OK)
        return; // it stands in a folder that is swept
}

parry_code parry_text_writer_term(parry_text_writer *w, parry_str term, parry_err *err)
{
    return guard(err, "cannot index a term", [&] {
        w->row.add_term(std::string(term.p, term.n));
        return PARRY_OK;
    });
}

parry_code parry_text_writer_row(parry_text_writer *w, uint32_t row, parry_err *err)
{
    return guard(err, "cannot index a row", [&] {
        w->db.replace_document(row + 1, w->row); // past the last id: an addition
        w->row = Xapian::Document();
        return PARRY_OK;
    });
}

parry_code parry_text_writer_terms(parry_text_writer *w, parry_text_visit *visit, void *ctx, parry_err *err)
{
    return guard(err, "cannot list the terms", [&] {
        w->db.commit();
        for (auto it = w->db.allterms_begin(), end = w->db.allterms_end(); it != end; ++it) {
            const std::string term = *it;
            visit(ctx, parry_str_make(term.data(), term.size()), it.get_termfreq());
        }
        return PARRY_OK;
    });
}

parry_code parry_text_writer_finish(parry_text_writer *w, const char *path, parry_err *err)
{
    return guard(err, "cannot write the text index", [&] {
        w->db.commit();
        const unsigned flags =
            Xapian::DBCOMPACT_SINGLE_FILE | Xapian::DBCOMPACT_NO_RENUMBER | Xapian::Compactor::FULLER;
        w->db.compact(path, flags);
        w->db.close();
        return PARRY_OK;
    });
}

parry_code parry_text_reader_open(const char *path, parry_text_reader **out, parry_err *err)
{
    if (!parry_file_exists(path))
        return parry_fail(err, PARRY_NOT_FOUND, "%s is not there", path);
    return guard(err, "cannot open the text index", [&] {
        *out = new parry_text_reader{Xapian::Database(path), std::string()};
        return PARRY_OK;
    });
}

void parry_text_reader_close(parry_text_reader *r)
{
    (void)guard(nullptr, "", [&] {
        delete r;
        return PARRY_OK;
    });
}

parry_code parry_text_reader_rows(parry_text_reader *r, parry_str term, uint32_t *n, parry_err *err)
{
    return guard(err, "cannot look a term up", [&] {
        r->term.assign(term.p, term.n);
        *n = r->db.get_termfreq(r->term);
        return PARRY_OK;
    });
}

parry_code parry_text_reader_postings(parry_text_reader *r, parry_str term, uint32_t nrows, uint32_t *rows,
                                      uint32_t *tf, uint32_t n, parry_err *err)
{
    return guard(err, "cannot read postings", [&] {
        r->term.assign(term.p, term.n);
        uint32_t i = 0;
        for (auto it = r->db.postlist_begin(r->term), end = r->db.postlist_end(r->term); it != end; ++it, ++i) {
            const Xapian::docid id = *it;
            if (i == n || id == 0 || id > nrows)
                return parry_fail(err, PARRY_CORRUPT, "a posting list does not fit its segment");
            rows[i] = id - 1;
            tf[i] = it.get_wdf();
        }
        return i == n ? PARRY_OK : parry_fail(err, PARRY_CORRUPT, "a posting list is shorter than it says");
    });
}

parry_code parry_text_reader_any(parry_text_reader *r, parry_str term, uint32_t nrows, parry_text_wanted *wanted,
                                 const void *ctx, bool *any, parry_err *err)
{
    return guard(err, "cannot read postings", [&] {
        r->term.assign(term.p, term.n);
        bool found = false;
        for (auto it = r->db.postlist_begin(r->term), end = r->db.postlist_end(r->term); it != end && !found; ++it) {
            const Xapian::docid id = *it;
            if (id == 0 || id > nrows)
                return parry_fail(err, PARRY_CORRUPT, "a posting list does not fit its segment");
            found = wanted(ctx, id - 1);
        }
        *any = found;
        return PARRY_OK;
    });
}

parry_stemmer *parry_stemmer_new(const char *language)
{
    parry_stemmer *s = nullptr;
    (void)guard(nullptr, "", [&] {
        s = new parry_stemmer{Xapian::Stem(language), std::string()};
        return PARRY_OK;
    });
    return s;
}

void parry_stemmer_free(parry_stemmer *s) { delete s; }

size_t parry_stemmer_stem(parry_stemmer *s, parry_str word, char *out, size_t cap)
{
    size_t n = 0;
    (void)guard(nullptr, "", [&] {
        s->word.assign(word.p, word.n);
        const std::string stem = s->stem(s->word);
        if (stem.size() <= cap) {
            memcpy(out, stem.data(), stem.size());
            n = stem.size();
        }
        return PARRY_OK;
    });
    return n;
}
