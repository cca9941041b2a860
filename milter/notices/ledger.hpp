// What senders were told and when, and what they will be told in a digest: in memory, and on disk across restarts.
//
// state/notices/ledger.jsonl (contrib/design/notices_format.md) is appended to and synced, and written anew when it has
// grown. Reading the memory never waits for the disk: the usual question, whether a sender knows already, costs a look into
// a table. Bounded: what is older than `keep` goes, and so does the oldest beyond most_told; a digest lists most_collected
// mails and counts further ones, a count that a crash loses. A last line cut short by a crash is passed over: nobody was
// answered for it.
// Errors of the disk are std::system_error. Any thread; one gateway at a time (the audit log's lock sees to it).
#pragma once

#include "keys/base/files.hpp"
#include "milter/notices/ledger_line.hpp"
#include "policy/base/rfc3339.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sealgate::milter {

struct pending_digest {
    std::string sender; // envelope address
    std::string language;
    std::chrono::system_clock::time_point due;
    std::vector<policy::told_mail> mails;
    std::size_t unlisted = 0;
};

class notice_ledger {
public:
    static constexpr std::size_t most_told = 200'000;
    static constexpr std::size_t most_collected = 100; // of one sender
    static constexpr std::size_t most_collected_all = 20'000;
    static constexpr std::chrono::hours usual_step{1}; // of a clock that is set, or of another one

    // The directory is made if it is missing, mode 0700.
    explicit notice_ledger(const std::filesystem::path& directory);

    // When this key was told last; nothing where that is forgotten.
    std::optional<wall_time> told_at(const std::string& key) const;

    // What was told lately, in the order in which this came to be known: behind the first `seen` of all that ever were.
    struct told_lately {
        std::vector<std::pair<std::string, wall_time>> keys;
        std::uint64_t seen = 0;
    };
    told_lately told_behind(std::uint64_t seen) const; // most_lately at a time

    static constexpr std::size_t most_lately = 1000;

    // From now on these were told. Holds even if it throws: then the disk does not know yet, and gets it with the next line.
    void remember(std::vector<std::string> keys, wall_time now, std::chrono::seconds keep);

    // That another gateway told these then.
    void learn(std::vector<std::string> keys, wall_time told, wall_time now, std::chrono::seconds keep);

    // The mail will be in its sender's digest, and the keys are told with it. `who`: the sender as policy::address::key()
    // has it. If it throws, nothing of that is so. A digest that waits already keeps its time.
    void collect(const std::string& who, collected_mail mail, std::vector<std::string> keys, wall_time now,
                 std::chrono::seconds keep);

    // Whether this sender's digest can take, or count, one more. Where it can't, a notice has to leave at once.
    bool has_room_for(const std::string& who) const;

    std::optional<wall_time> next_due() const;
    // Whose digests. One that waits for longer than `span` was promised by a clock that was wrong then.
    std::vector<std::string> due(wall_time now, std::chrono::seconds span) const;
    std::optional<pending_digest> pending(const std::string& who) const;
    // The digest is on its way. Holds even if it throws, as remember() does.
    void sent(const std::string& who, std::vector<std::string> keys, wall_time now, std::chrono::seconds keep);

private:
    void read();
    void apply(const std::string& who, const ledger_line& line);
    void forget(wall_time now, std::chrono::seconds keep);
    void note(const std::string& who, const ledger_line& line, wall_time now, std::chrono::seconds keep);
    void write(const std::string& text);
    void rewrite();
    std::string whole() const;

    std::filesystem::path file_;
    std::mutex writing_; // one line at a time; taken before mutex_
    std::unique_ptr<keys::open_file> to_;
    std::size_t grown_ = 0;     // octets since it was written anew
    std::size_t rewritten_ = 0; // octets it had then
    bool is_behind_ = true;     // the file does not have what the memory has, or ends in half a line
    mutable std::mutex mutex_;  // the memory; never held while the disk works
    std::unordered_map<std::string, wall_time> told_;
    std::deque<std::pair<wall_time, std::string>> order_; // in which they were told
    std::uint64_t forgotten_ = 0;                         // before its first
    std::map<std::string, pending_digest> pending_;
    std::size_t collected_ = 0;
};

} // namespace sealgate::milter
