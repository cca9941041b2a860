// A gateway's checkpoints, copied to where its administrators cannot take them back.
// Tested by sinks/checkpoint_copies_test and e2e/test_database.py.
#pragma once

#include "milter/sinks/connection.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace sealgate::milter {

class checkpoint_copies {
public:
    // `last`: the record of the last one that the database has.
    checkpoint_copies(std::filesystem::path file, std::uint64_t last)
        : file_(std::move(file))
        , last_(last) {}

    struct copy {
        std::uint64_t record; // that it is of
        std::string line;
        bool operator==(const copy&) const = default;
    };

    // What the file has more by now; false: nothing.
    bool read_more();
    // Of what was read, those of records up to `shipped` that the database has not.
    std::vector<copy> due(std::uint64_t shipped) const;
    // Reads, and brings what is due; false: there is none now. Throws as the connection does.
    bool copy_to(database_connection& to, std::uint64_t shipped);

private:
    void see(std::string_view line);

    std::filesystem::path file_;
    std::uint64_t last_;
    off_t read_to_ = 0;
    ino_t inode_ = 0; // of the file that was read so far
    std::vector<copy> waiting_;
};

} // namespace sealgate::milter
