// A gateway's checkpoints, copied to where its administrators cannot take them back.
// Tested by e2e/test_database.py.
#pragma once

#include "milter/sinks/connection.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
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

    // Those of records up to `shipped` that the database has not; false: there are none now. Throws as the connection does.
    bool copy_to(database_connection& to, std::uint64_t shipped);

private:
    bool read_more();
    void see(std::string_view line);

    std::filesystem::path file_;
    std::uint64_t last_;
    off_t read_to_ = 0;
    ino_t inode_ = 0;                                            // of the file that was read so far
    std::vector<std::pair<std::uint64_t, std::string>> waiting_; // by the record that each is of
};

} // namespace sealgate::milter
