// The directory state/held/: what root permits, and how far that went (contrib/design/held_format.md). A permit is one file,
// which the gateway takes by renaming it, so that it holds once; nobody but root and the gateway can read there.
//
// Commands write as the directory's owner. All is synced when it returns. Errors throw std::system_error.
// Tested by held/permit_test and e2e/test_held.py.
#pragma once

#include "keys/base/files.hpp"
#include "milter/held/permit.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

// What was begun about a held mail, as the files say.
struct begun_permit {
    enum class purpose : std::uint8_t { release, refusal };

    purpose what = purpose::release;
    held_permit permit;
    bool is_claimed = false;    // the gateway has seen the token
    bool is_accepted = false;   // Postfix said yes; of a refusal: the sender's notice is kept
    bool is_replaced = false;   // the new one was seen, and the old one is being removed
    bool is_noted = false;      // its event is left
    bool is_unreadable = false; // how far it went: a file about that is damaged
    bool is_owed = false;       // copies of it are in the outbox, or were
    std::optional<permit_taken> taken = {};

    bool has_left_in_part() const { return is_owed || permit.has_left_in_part; }
};

// Files without content beside a permit.
enum class permit_mark : std::uint8_t { accepted, replaced, noted };

class held_permits {
public:
    explicit held_permits(std::filesystem::path directory)
        : directory_(std::move(directory)) {}

    const std::filesystem::path& directory() const { return directory_; }

    // Of commands, which hold the lock meanwhile: one at a time. Makes the directory.
    // `waits` is called where another one has it.
    std::unique_ptr<keys::file_lock> lock(const std::function<void()>& waits = [] {}) const;
    // Each of many together: all are on disk when it returns.
    void write(const std::vector<held_permit>& permits, begun_permit::purpose what) const;
    void mark(const std::vector<std::string>& tokens, permit_mark what) const;
    void forget(const std::vector<std::string>& tokens) const;
    void retract(const std::string& token) const; // what it said of the new one, which is withdrawn
    bool is_claimed(const std::string& token) const;
    bool is_owed(const std::string& token) const;
    std::optional<permit_taken> taken(const std::string& token) const;
    // Files that cannot be read are named in `problems`, and left alone; those that go meanwhile are passed over.
    std::vector<begun_permit> begun(std::vector<std::string>& problems) const;

    // Of the gateway. Whoever says a token claims its permit; false where there is none. Never throws.
    bool claim(const std::string& token);
    // The mail that it was claimed for does not come.
    void abandon(const std::string& token);
    // The one that was claimed, once, unless the command has forgotten it meanwhile. So these two throw then.
    std::optional<held_permit> use(const std::string& token);
    void owe(const std::string& token) const; // copies, before they are in the outbox
    void take(const std::string& token, const permit_taken& taken) const;

private:
    void remove_orphans() const;
    void write_claimed(const std::string& token, const char* kind, const std::string& content) const;
    void remove(const std::vector<std::string>& tokens, std::initializer_list<const char*> kinds) const;
    std::optional<begun_permit> read(const std::filesystem::path& file, std::vector<std::string>& problems) const;
    std::filesystem::path file(const std::string& token, const char* kind) const;

    std::filesystem::path directory_;
    std::mutex mutex_;
    std::map<std::string, held_permit> claimed_;
};

} // namespace sealgate::milter
