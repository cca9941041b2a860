// Files of one directory that are written together.
// Tested by base/files_test and e2e/test_fault_points.py.
#pragma once

#include "keys/base/files.hpp"
#include "policy/base/octets.hpp"

#include <filesystem>
#include <list>
#include <vector>

namespace sealgate::keys {

// Each is there whole, or as it was before: it is written beside its name, synced and renamed. All are there when `commit`
// returns. A few are synced one by one; many with all that their file system has to write, which takes a thirtieth of the time
// for a thousand. Errors throw std::system_error.
class file_batch {
public:
    explicit file_batch(const std::filesystem::path& directory);
    ~file_batch(); // what was not committed goes
    file_batch(const file_batch&) = delete;
    file_batch& operator=(const file_batch&) = delete;

    void put(const std::filesystem::path& file, const octet_pieces& content, unsigned mode = 0600);
    void commit();

    // Where a file is written until it is whole; after a crash it may stay.
    static std::filesystem::path unfinished(std::filesystem::path file);

private:
    void sync() const;

    open_file directory_; // opened first, so that syncfs(2) tells of each error since
    std::list<open_file> few_;
    std::vector<std::filesystem::path> files_;
};

} // namespace sealgate::keys
