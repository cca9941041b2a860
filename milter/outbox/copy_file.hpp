// A copy in the outbox as a file: one line of JSON, then the message (contrib/design/outbox_format.md).
//
// Whoever changes or removes a file holds its lock meanwhile: the gateway while it hands the copy over,
// `sealgate outbox` for a moment. The lock goes with the process, so a crash leaves none behind. What is read
// is checked before it is believed: nothing that stands in a file may get onto an SMTP command line as it
// likes.
#pragma once

#include "keys/base/files.hpp"
#include "milter/protocol/dsn.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

using wall_time = std::chrono::system_clock::time_point;

struct waiting_recipient {
    std::string address;
    std::string identity;   // 64 lower-case hex digits
    std::string last_reply; // of the last try, or empty
    dsn_of_recipient dsn = {};
};

// "a@x.org, b@y.org"
std::string addresses_of(const std::vector<waiting_recipient>& recipients);

struct copy_head {
    std::string id; // "7Q2KM4XD.1": the directory and the file that it lies in
    std::string decision;
    wall_time created;
    std::string sender; // empty: the null sender
    std::vector<waiting_recipient> recipients;
    unsigned tries = 0;
    wall_time next_try;
    std::uint64_t size = 0; // octets of the message
    dsn_of_mail dsn = {};
};

// With its line end.
std::string head_line(const copy_head& head);
std::expected<copy_head, std::string> parse_head(std::string_view line);

// False for what must not reach an SMTP command line: control characters, angle brackets and spaces outside
// quotes, broken UTF-8, more than 1000 octets, nothing.
bool is_envelope_address(std::string_view address);

// 64 lower-case hex digits. It becomes a file's name.
bool is_identity(std::string_view text);

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
    std::string message;

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

// Where everything lies below the outbox's directory.
struct outbox_places {
    std::filesystem::path root;

    std::filesystem::path adding() const { return root / "adding"; }
    std::filesystem::path waiting() const { return root / "waiting"; }
    std::filesystem::path handed() const { return root / "handed"; }
    std::filesystem::path failed() const { return root / "failed"; }

    // Empty if it cannot be a copy's id.
    std::filesystem::path waiting_file(std::string_view id) const;
    std::filesystem::path failed_file(std::string_view id) const;
};

struct found_copy {
    std::string id; // empty: the file's name is none of ours
    std::filesystem::path file;
};

// All that lies in waiting/ or failed/, in the order of names. Files that are being replaced (*.new) are left
// out.
std::vector<found_copy> find_waiting(const outbox_places& places);
std::vector<found_copy> find_failed(const outbox_places& places);

} // namespace sealgate::milter
