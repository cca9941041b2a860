#include "milter/outbox/queue.hpp"

#include "keys/base/files.hpp"
#include "milter/journal/log.hpp"
#include "milter/outbox/batch.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

void check(const owed_copy& copy) {
    if (!copy.sender.empty() && !policy::is_envelope_address(copy.sender))
        throw std::invalid_argument("the sender " + text::printable(copy.sender) + " must not get onto the wire");
    for (const auto& one : copy.recipients) {
        if (!policy::is_envelope_address(one.address))
            throw std::invalid_argument("the recipient " + text::printable(one.address) + " must not get onto the wire");
        if (!is_identity(one.identity)) throw std::invalid_argument("an identity is not 64 lower-case hex digits");
    }
}

void remove_half_written(const fs::path& directory) {
    std::error_code ignored; // a directory that is closed to us is not ours
    for (const auto& file : fs::directory_iterator(directory, ignored))
        if (file.path().extension() == ".new") fs::remove(file.path(), ignored);
}

} // namespace

outbox::outbox(const std::string& directory, clock now)
    : places_{directory}
    , hand_overs_(places_.handed())
    , now_(std::move(now))
    , last_forgotten_(now_()) {
    for (const auto& each : {places_.root, places_.adding(), places_.waiting(), places_.handed(), places_.failed()})
        keys::make_private_directory(each);
    keys::sync_directory(places_.root);
    pick_up();
    hand_overs_.forget_old(last_forgotten_);
    forget_failed_notices(last_forgotten_);
}

// A notice of long ago helps nobody. What has a sender is somebody's mail, and stays until somebody has looked at it.
void outbox::forget_failed_notices(wall_time now) const {
    constexpr std::chrono::days longest{30};
    for (const auto& one : find_failed(places_)) {
        const auto head = one.id.empty() ? std::unexpected(copy_problem{}) : read_head(one.file);
        if (!head || !head->sender.empty() || head->created + longest > now) continue;
        keys::remove_file(one.file);
        log_line(head->decision + " its notice to " + addresses_of(head->recipients) +
                 " could not be delivered for 30 days, and is given up (copy " + one.id + ")");
    }
}

// What was being added when the gateway died was promised to nobody.
void outbox::pick_up() {
    for (const auto& left : fs::directory_iterator(places_.adding())) fs::remove_all(left.path());
    remove_half_written(places_.failed());
    for (const auto& batch : fs::directory_iterator(places_.waiting())) {
        if (!batch.is_directory()) continue;
        remove_half_written(batch.path());
        ::rmdir(batch.path().c_str()); // only if nothing waits in it
    }
    look();
    for (const auto& id : waiting_.ids()) tell_unfinished(id);
    if (waiting_.size() > 0) log_line("the outbox has " + std::to_string(waiting_.size()) + " copies from before");
}

// One whose hand-over had begun, and who has no result: whether they have it, nobody can know.
void outbox::tell_unfinished(const std::string& id) {
    const auto head = read_head(places_.waiting_file(id));
    if (!head) return;
    std::vector<waiting_recipient> unsure;
    for (const auto& one : head->recipients)
        if (hand_overs_.have_begun(one.identity) && !is_handed(one.identity)) unsure.push_back(one);
    if (!unsure.empty())
        log_warning(head->decision + " was being handed over when the gateway ended: it is handed over again (copy " + id +
                    "), and may arrive twice at " + addresses_of(unsure));
}

// Adding.

void outbox::on_added(std::function<void()> told) {
    const std::lock_guard lock(mutex_);
    told_ = std::move(told);
}

void outbox::add(std::vector<owed_copy> copies) {
    std::ranges::for_each(copies, check);
    const std::lock_guard one_at_a_time(adding_);
    std::vector<octet_pieces> messages;
    auto heads = left_to_do(copies, messages);
    if (heads.empty()) return;
    write_batch(places_, heads, messages);
    std::unique_lock lock(mutex_);
    for (const auto& head : heads) {
        if (!waiting_.has(head.id)) // look() may have seen it already
            waiting_.put(head, keys::state_of(places_.waiting_file(head.id)));
    }
    const auto told = told_;
    lock.unlock();
    if (told) told();
}

std::vector<copy_head> outbox::left_to_do(std::vector<owed_copy>& copies, std::vector<octet_pieces>& messages) {
    std::vector<copy_head> heads;
    std::set<std::string> here;
    const std::lock_guard lock(mutex_);
    const auto time = now_();
    for (auto& copy : copies) {
        auto head = head_for(copy, time, [&](const owed_recipient& one) {
            const bool came_before = is_known(one.identity);
            if (came_before) log_line(copy.decision + " came before: no second copy to " + text::printable(one.address));
            return !came_before && here.insert(one.identity).second;
        });
        if (head.recipients.empty()) continue;
        heads.push_back(std::move(head));
        messages.push_back(std::move(copy.message));
    }
    return heads;
}

// Looking.

outbox::size outbox::waiting() const {
    const std::lock_guard lock(mutex_);
    return {.copies = waiting_.size(), .oldest = waiting_.oldest()};
}

void outbox::look() {
    const std::lock_guard lock(mutex_);
    std::set<std::string> there;
    for (const auto& found : find_waiting(places_)) {
        there.insert(found.id);
        look_at(found);
    }
    for (const auto& id : waiting_.ids())
        if (!there.contains(id) && !waiting_.is_being_handed_over(id)) waiting_.drop(id);
    std::erase_if(reported_, [](const auto& one) { return !fs::exists(one.first); });
    if (last_forgotten_ + std::chrono::hours(24) >= now_()) return;
    last_forgotten_ = now_();
    hand_overs_.forget_old(last_forgotten_);
    forget_failed_notices(last_forgotten_);
}

void outbox::look_at(const found_copy& found) {
    if (found.id.empty()) return report(found.file, found.file.string() + " is none of the outbox's; it is left alone");
    const auto seen = keys::state_of(found.file);
    if (waiting_.is_being_handed_over(found.id) || waiting_.is_as_seen(found.id, seen)) return;
    const auto head = read_head(found.file);
    waiting_.drop(found.id);
    if (!head) {
        if (head.error().what == copy_state::unreadable) report(found.file, head.error().text + "; it is left alone");
        return;
    }
    if (head->id != found.id)
        return report(found.file, found.file.string() + " says that it is " + head->id + "; it is left alone");
    waiting_.put(*head, seen);
}

void outbox::report(const fs::path& file, const std::string& problem) {
    const auto seen = keys::state_of(file);
    if (const auto at = reported_.find(file); at != reported_.end() && at->second == seen) return;
    reported_[file] = seen;
    log_warning("outbox: " + problem);
}

std::vector<std::string> outbox::take_due(std::size_t most) {
    const std::lock_guard lock(mutex_);
    return waiting_.take_due(now_(), most);
}

std::optional<wall_time> outbox::next_try() const {
    const std::lock_guard lock(mutex_);
    return waiting_.next_try();
}

void outbox::hurry() {
    const std::lock_guard lock(mutex_);
    waiting_.hurry(now_());
}

// Handing over.

bool outbox::is_known(const std::string& identity) const { return waiting_.has_recipient(identity) || is_handed(identity); }

bool outbox::is_handed(const std::string& identity) const { return hand_overs_.are_done(identity, now_()); }

std::shared_ptr<claimed_copy> outbox::claim(const std::string& id) {
    auto claimed = claimed_copy::claim(places_.waiting_file(id));
    if (!claimed) {
        const std::lock_guard lock(mutex_);
        if (claimed.error().what == copy_state::unreadable)
            report(places_.waiting_file(id), claimed.error().text + "; it is left alone");
        return nullptr;
    }
    auto& copy = **claimed;
    // Died between the record and the removal: the record counts.
    const auto before = copy.head.recipients.size();
    std::erase_if(copy.head.recipients, [this](const auto& one) { return is_handed(one.identity); });
    if (copy.head.recipients.size() < before)
        log_line(copy.head.decision + " was handed over before the gateway ended; not again (copy " + id + ")");
    if (!copy.head.recipients.empty()) return *std::move(claimed);
    write_back(copy);
    return nullptr;
}

void outbox::begin(const claimed_copy& copy, const std::vector<std::size_t>& recipients) {
    if (!copy.exists()) throw std::runtime_error("the copy was removed");
    std::vector<std::string> identities;
    for (const auto index : recipients) identities.push_back(copy.head.recipients.at(index).identity);
    hand_overs_.begin(identities);
}

void outbox::record_handed(const std::vector<waiting_recipient>& recipients) {
    if (recipients.empty()) return;
    std::vector<std::string> identities;
    for (const auto& one : recipients) identities.push_back(one.identity);
    hand_overs_.finish(identities, now_());
}

void outbox::take_back(const std::vector<waiting_recipient>& recipients) {
    for (const auto& one : recipients) hand_overs_.take_back(one.identity);
}

void outbox::set_aside(const claimed_copy& copy, const std::vector<waiting_recipient>& recipients) {
    const auto file = places_.failed_file(copy.head.id);
    auto head = copy.head;
    head.recipients = recipients;
    if (const auto before = read_head(file)) // others of the same copy failed earlier
        for (const auto& one : before->recipients)
            if (std::ranges::find(head.recipients, one.identity, &waiting_recipient::identity) == head.recipients.end())
                head.recipients.push_back(one);
    keys::replace_file(file, octet_pieces{head_line(head), copy.message});
}

void outbox::write_back(const claimed_copy& copy) {
    if (!copy.exists()) return; // an administrator was faster
    if (copy.head.recipients.empty())
        copy.remove();
    else
        copy.rewrite();
}

void outbox::release(const std::string& id, wall_time not_before) {
    const std::lock_guard lock(mutex_);
    if (!waiting_.has(id)) return;
    waiting_.drop(id);
    look_at({.id = id, .file = places_.waiting_file(id)});
    waiting_.put_off(id, not_before, now_());
}

} // namespace sealgate::milter
