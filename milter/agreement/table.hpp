// The items of a fleet in its database (contrib/postgresql/sealgate.sql): read behind a version, and offered. Whoever offers
// says which revision it knows; where another one was quicker, nothing is written. Tested by e2e/test_shared_keys.py.
#pragma once

#include "milter/sinks/connection.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

class agreement_table {
public:
    struct row {
        std::string name;
        std::uint64_t revision = 0, version = 0; // of the item; of the whole table, as this one was written
        std::string sealed;
    };
    struct offer {
        std::string name;
        std::uint64_t known = 0, revision = 0; // as it is there, 0 where it is not; as it shall be
        std::string sealed;
        std::optional<std::chrono::sys_seconds> until = {}; // then it may go
    };
    struct summary {
        std::string name;
        std::uint64_t revision = 0;
        std::string seal; // as seal_of() gives it
    };

    // The connection outlives it. All throw as that does, and database_error where it answers what cannot be.
    explicit agreement_table(database_connection& to)
        : to_(to) {}

    std::uint64_t version();
    // In the order of their names.
    void each(const std::function<void(const summary&)>& see);
    // Written behind that version, in their order: some. Empty: there are no more.
    std::vector<row> after(std::uint64_t version);
    std::vector<row> named(const std::vector<std::string>& names);
    // Which of them were taken.
    std::set<std::string> put(const std::vector<offer>& offers);

private:
    std::vector<row> rows(const char* statement, std::vector<database_text> parameters);

    database_connection& to_;
};

// Tells what stands in a row from what stood there.
std::string seal_of(std::string_view sealed);

} // namespace sealgate::milter
