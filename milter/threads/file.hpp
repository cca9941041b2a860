// The thread memory's file and its key on disk, state/threads/ (contrib/design/threads_format.md), appended to and written
// anew.
//
// What is forgotten leaves in clear. So what cannot be read stays where it is, is not written over, and may be read later; only
// what was read and is none of ours is moved aside. Others have hands, too: the file is looked at before each write, and where
// it is not as it was left it is written anew. Errors throw std::system_error. Not for several threads.
// Tested by threads/memory_test.
#pragma once

#include "keys/base/files.hpp"
#include "milter/threads/table.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace sealgate::milter {

// The file and the key below the directory.
std::filesystem::path thread_memory_file(const std::filesystem::path& directory);
std::filesystem::path thread_key_file(const std::filesystem::path& directory);

// What a gateway that starts now would know; all is left alone.
struct threads_on_disk {
    std::optional<thread_table> known; // empty where there is nothing yet, or none of ours; nothing where it cannot be read
    std::string problem;               // one line, or empty
};
threads_on_disk read_threads(const std::filesystem::path& directory);

class thread_file {
public:
    using complaint = std::function<void(std::string_view)>;

    thread_file(std::filesystem::path directory, complaint complain)
        : directory_(std::move(directory))
        , complain_(std::move(complain)) {}

    // What is known: nothing, under a new key, where there is no file.
    thread_table read();

    // Whether it lacks something, has grown long, or is not as it was left. Then write_anew() is next.
    bool is_to_be_written_anew();
    void write_anew(const thread_table& table);
    // Whole lines.
    enum class durable : bool { no, yes };
    void append(std::string_view lines, durable how);

private:
    struct state {
        dev_t device;
        ino_t number;
        std::size_t size;
        bool operator==(const state&) const = default;
    };

    std::filesystem::path file() const { return thread_memory_file(directory_); }
    std::filesystem::path key_file() const { return thread_key_file(directory_); }
    std::string key_at_hand();
    void keep_key();
    std::optional<state> look() const;
    void set_aside(const std::filesystem::path& what, const std::string& why, std::string_view effect);

    const std::filesystem::path directory_;
    const complaint complain_;
    std::string key_;
    std::unique_ptr<keys::open_file> to_;
    std::optional<state> left_;
    std::size_t grown_ = 0, rewritten_ = 0; // octets since it was written anew, and octets it had then
    bool is_behind_ = true;                 // it lacks something, or ends in half a line
};

} // namespace sealgate::milter
