// Which copies wait, and whose turn it is: what the outbox knows of its files without reading them. Pure, but for
// how a file was when it was seen. One copy costs the same however many wait.
#pragma once

#include "keys/base/file_state.hpp"
#include "milter/outbox/copy_head.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sealgate::milter {

class waiting_copies {
public:
    // Its turn comes at its next try.
    void put(const copy_head& head, const keys::file_state& seen);
    void drop(std::string_view id);
    // Marks up to `most` copies whose time has come as being handed over, the longest due first. A time far off is one
    // of a clock that was wrong then: it has come.
    std::vector<std::string> take_due(wall_time now, std::size_t most);
    // Everybody's next try is now at the latest.
    void hurry(wall_time now);
    // That one's next try is not before this time.
    void put_off(std::string_view id, wall_time not_before, wall_time now);

    // The earliest next try of those that wait.
    std::optional<wall_time> next_try() const;
    bool has(std::string_view id) const { return copies_.contains(id); }
    bool is_being_handed_over(std::string_view id) const;
    bool is_as_seen(std::string_view id, const keys::file_state& now) const;
    // Whether a copy waits for that recipient.
    bool has_recipient(const std::string& identity) const { return identities_.contains(identity); }
    std::vector<std::string> ids() const;
    std::size_t size() const { return copies_.size(); }
    // When the oldest was made.
    std::optional<wall_time> oldest() const;

private:
    struct entry {
        keys::file_state seen;
        wall_time created;
        wall_time next_try;
        std::vector<std::string> identities;
        bool is_busy = false;
    };
    using place = std::map<std::string, entry, std::less<>>::iterator;

    void set_next_try(place of, wall_time when);

    std::map<std::string, entry, std::less<>> copies_;       // by id
    std::set<std::pair<wall_time, std::string_view>> turns_; // of those that are not busy; the ids are in copies_
    std::multiset<wall_time> created_;
    std::unordered_map<std::string, std::size_t> identities_; // how many waiting copies have each
};

} // namespace sealgate::milter
