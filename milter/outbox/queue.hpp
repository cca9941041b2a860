// Copies that the gateway owes: on disk before Postfix gets its answer, and there until Postfix's submit port
// has taken them.
//
// Copies that are added together are all on disk or none of them: they are written into a directory of their
// own, which gets its place by one rename. A recipient who was handed over is recorded, and the record
// synced, before the file goes; a hand-over under way is recorded before the message ends. If the gateway
// dies between that and Postfix's answer, nobody can know: the copy is handed over again, and the log says
// that it may arrive twice. Never lost beats never twice there. Format: contrib/design/outbox_format.md. One
// gateway at a time (the audit log's lock sees to it); `sealgate outbox` may change and remove files
// meanwhile. Everything here blocks on the disk, and may be called from several threads.
#pragma once

#include "keys/base/file_state.hpp"
#include "milter/outbox/copy_file.hpp"
#include "milter/outbox/hand_overs.hpp"
#include "milter/outbox/owed_copy.hpp"
#include "milter/outbox/places.hpp"
#include "milter/outbox/waiting_copies.hpp"
#include "policy/base/octets.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

class outbox {
public:
    using clock = std::function<wall_time()>;

    // The directory is made if it is missing, mode 0700. Picks up what an earlier process left.
    explicit outbox(const std::string& directory, clock now = &std::chrono::system_clock::now);

    // All copies are on disk, synced, when it returns; or none of them is (std::system_error). Recipients
    // whose identity is waiting already, or was handed over lately (hand_overs), are left out; a copy with no
    // recipient left is not written. std::invalid_argument: an address that must not reach the wire, or an
    // identity that is none.
    void add(std::vector<owed_copy> copies);

    // Called on the adding thread after each addition; empty: nobody.
    void on_added(std::function<void()> told);

    struct size {
        std::size_t copies = 0;
        std::optional<wall_time> oldest; // when it was made
    };
    // What waits. Any thread.
    size waiting() const;

    // What follows is the queue_runner's.

    // Looks at the files anew: somebody may have changed or removed some. What can't be used is reported
    // once.
    void look();
    // Marks up to `most` copies whose time has come as being handed over, the longest due first.
    std::vector<std::string> take_due(std::size_t most);
    // The earliest next try of those that wait.
    std::optional<wall_time> next_try() const;
    // Lets everybody's next try be now; on disk it stays as it is.
    void hurry();

    // The copy with its lock, without recipients who have it already; null if there is nothing to hand over.
    std::shared_ptr<claimed_copy> claim(const std::string& id);
    // Synced: these recipients are being handed over. Throws if that can't be written, or the copy was
    // removed meanwhile.
    void begin(const claimed_copy& copy, const std::vector<std::size_t>& recipients);
    // Synced: these have it.
    void record_handed(const std::vector<waiting_recipient>& recipients);
    // These do not have it, for certain.
    void take_back(const std::vector<waiting_recipient>& recipients);
    // Keeps what can neither be delivered nor returned: the copy with these recipients, in failed/.
    void set_aside(const claimed_copy& copy, const std::vector<waiting_recipient>& recipients);
    // Writes the copy's head anew, or removes the copy if it has no recipient left.
    void write_back(const claimed_copy& copy);
    // The copy is not being handed over any more; its next try is as its file says, or `not_before` if that
    // is later.
    void release(const std::string& id, wall_time not_before);

    wall_time now() const { return now_(); }

private:
    void pick_up();
    void forget_failed_notices(wall_time now) const;
    void tell_unfinished(const std::string& id);
    void look_at(const found_copy& found);
    void report(const std::filesystem::path& file, const std::string& problem);
    bool is_known(const std::string& identity) const; // it waits or was handed over
    bool is_handed(const std::string& identity) const;
    std::vector<copy_head> left_to_do(std::vector<owed_copy>& copies, std::vector<octet_pieces>& messages);

    outbox_places places_;
    hand_overs hand_overs_;
    clock now_;
    std::mutex adding_; // one addition at a time: it has to see what the one before it wrote
    mutable std::mutex mutex_;
    waiting_copies waiting_;
    std::map<std::filesystem::path, keys::file_state> reported_;
    wall_time last_forgotten_;
    std::function<void()> told_;
};

} // namespace sealgate::milter
