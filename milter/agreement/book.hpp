// What was agreed with the database last, of each item: its revision there, and a digest of what was here. By that it is told
// who changed something since. In a file that may be lost: then all is compared anew, and nothing goes.
//
// Errors throw keys::sqlite_error. One thread. Tested by agreement/book_test.
#pragma once

#include "keys/base/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct agreed {
    std::uint64_t revision = 0; // in the database; 0: it was never there
    std::string digest = {};    // of what was here; empty: there was nothing
    bool operator==(const agreed&) const = default;
};

class agreement_book {
public:
    explicit agreement_book(const std::filesystem::path& file); // makes it where there is none

    struct entry {
        std::string row, kind, name;
        agreed what;
    };

    agreed of(std::string_view row); // nothing was agreed: as it is made
    void put(const entry& one);
    void forget(std::string_view row);
    std::vector<std::string> names_of(std::string_view kind);
    // In the order of their rows.
    void each(const std::function<void(const entry&)>& see);

    // What is put in between is on disk behind the second one.
    void begin() { database_.run("BEGIN IMMEDIATE"); }
    void commit() { database_.run("COMMIT"); }

private:
    keys::sqlite_database database_;
    keys::sqlite_statement one_, put_, forget_;
};

} // namespace sealgate::milter
