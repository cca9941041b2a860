// A copy in the outbox as a file: one line of JSON, then the message (contrib/design/outbox_format.md).
//
// Whoever changes or removes a file holds its lock meanwhile: the gateway while it hands the copy over,
// `sealgate outbox` for a moment. The lock goes with the process, so a crash leaves none behind. What is read
// is checked before it is believed: nothing that stands in a file may get onto an SMTP command line as it
// likes.
// Tested by outbox/queue_test.
#pragma once

#include "keys/base/files.hpp"
#include "milter/outbox/copy_head.hpp"
#include "policy/base/octets.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

namespace sealgate::milter {

enum class copy_state : std::uint8_t { gone, busy, unreadable };

struct copy_problem {
    copy_state what;
    std::string text;
};

// Without the lock: for looking.
std::expected<copy_head, copy_problem> read_head(const std::filesystem::path& file);

// Holds the lock of its file.
class claimed_copy {
public:
    // Does not wait: a copy that somebody else holds is busy.
    static std::expected<std::shared_ptr<claimed_copy>, copy_problem> claim(const std::filesystem::path& file);

    copy_head head;
    octets message; // in the file

    const std::filesystem::path& path() const { return path_; }
    // Writes the head anew, with the same message. The lock stays with the old file: this is the last that a
    // holder does.
    void rewrite() const;
    // Removes the file, and its directory if that is empty now.
    void remove() const;
    // Whether the file is still there.
    bool exists() const;

private:
    explicit claimed_copy(std::filesystem::path file);

    std::filesystem::path path_;
    keys::open_file file_;
};

} // namespace sealgate::milter
