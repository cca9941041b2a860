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
#include <utility>
#include <vector>

namespace sealgate::milter {

struct agreed {
    std::uint64_t revision = 0; // in the database; 0: it was never there
    std::string digest = {};    // of what was here; empty: there was nothing
    std::string seal = {};      // a digest of what stands in the database; empty: not known
    // What was offered last, whose answer may not have come.
    std::uint64_t offered = 0;
    std::string offered_seal = {};
    std::string insisted = {}; // a digest of what was told again, since another word had less; empty: nothing

    bool operator==(const agreed&) const = default;
};

void remove_book(const std::filesystem::path& file);

class agreement_book {
public:
    // Makes it where there is none, and anew where what stands there is damaged.
    explicit agreement_book(const std::filesystem::path& file);

    struct entry {
        std::string row, kind, name;
        agreed what;
    };

    agreed of(std::string_view row); // nothing was agreed: as it is made
    std::vector<std::string> names_of(std::string_view kind);

    // All, in the order of their rows, one after the other. Nothing may be put meanwhile.
    class reader {
    public:
        std::optional<entry> next();

    private:
        friend class agreement_book;
        explicit reader(keys::sqlite_statement all)
            : all_(std::move(all)) {}

        keys::sqlite_statement all_;
    };
    reader read();

    // All or none: on disk when they return.
    void put(const std::vector<entry>& all);
    void forget(const std::vector<std::string>& rows);

private:
    void together(const std::function<void()>& write);

    keys::sqlite_database database_;
};

} // namespace sealgate::milter
