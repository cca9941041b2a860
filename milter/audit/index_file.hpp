// The index beside a file of the log: where in it the records with an id or a sender begin (contrib/design/audit_format.md,
// "Indexes"). It can be thrown away, and is never evidence: the lines that it names are read, and judged by what they say.
//
// It is believed about the file as it was when it was indexed, and no other: the same inode, size and times. Of the file that
// grows it is believed about the part that it covers, if each part still ends as it did. What was covered is written part by
// part, each in one transaction; a sum over every piece that a question reads tells what a crash or a disk made of it. So a
// piece that is missing is noticed, and never taken for "there is no such record".
//
// Errors throw keys::sqlite_error.
#pragma once

#include "keys/base/file_state.hpp"
#include "keys/base/files.hpp"
#include "keys/base/sqlite.hpp"
#include "policy/audit/postings.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sealgate::milter {

// Lines [begin, end) of a file.
struct index_part {
    std::int64_t number = 0; // from 0
    off_t begin = 0, end = 0;
    std::string ending = {}; // the octets before `end`
    std::int64_t buckets = 0;
    policy::postings lines = {}; // when read from the index, without those of values
    std::string sum = {};
};

class index_file {
public:
    using access = keys::sqlite_database::access;

    // Beside this file of the log. With `write` one that is not there is made, for its owner alone.
    index_file(const std::filesystem::path& log, access wanted);

    // What it covers, from the file's beginning; empty where it is new. Nothing: it is not about this file as it is, or broken.
    std::optional<std::vector<index_part>> parts_of(const keys::open_file& log);

    // Where lines of that part begin that have one of these keys, sorted, from the part's beginning. Nothing: it is broken.
    std::optional<policy::places> find(const index_part& part, const std::vector<std::uint64_t>& keys);

    // Whether all of them can be asked.
    bool is_whole(const std::vector<index_part>& parts);

    // Adds what follows the last part. `log`: as it was before it was read.
    void add(index_part part, const keys::file_state& log);

private:
    std::vector<index_part> read_parts(std::int64_t inode);
    std::optional<std::string> bucket(const index_part& part, std::int64_t number);
    void add_buckets(const index_part& part);

    std::filesystem::path log_;
    keys::sqlite_database database_;
    std::optional<keys::sqlite_statement> find_;
};

// Absent is well; so is one that can't be removed, since it is not believed about another file.
void forget_index(const std::filesystem::path& log);

// As many octets before `end` as tell one part from another.
std::string ending_before(const keys::open_file& log, off_t end, const std::filesystem::path& path);

} // namespace sealgate::milter
