#include "milter/outbox/batch.hpp"

#include "keys/base/acting_as_owner.hpp"
#include "keys/base/file_batch.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/outbox/copy_file.hpp"
#include "milter/outbox/hand_overs.hpp"

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

std::string new_batch() {
    auto name = new_decision_id();
    std::erase(name, '-');
    return name;
}

std::set<std::string> waiting_identities(const outbox_places& places) {
    std::set<std::string> out;
    for (const auto& one : find_waiting(places)) {
        const auto head = read_head(one.file);
        if (!head) continue;
        for (const auto& recipient : head->recipients) out.insert(recipient.identity);
    }
    return out;
}

} // namespace

copy_head head_for(const owed_copy& copy, wall_time now, const std::function<bool(const owed_recipient&)>& is_to_have_it) {
    copy_head out{.id = {},
                  .decision = copy.decision,
                  .created = now,
                  .sender = copy.sender,
                  .recipients = {},
                  .tries = 0,
                  .next_try = now,
                  .size = 0,
                  .dsn = copy.dsn};
    for (const auto& one : copy.recipients)
        if (is_to_have_it(one))
            out.recipients.push_back({.address = one.address, .identity = one.identity, .last_reply = {}, .dsn = one.dsn});
    return out;
}

void write_batch(const outbox_places& places, std::vector<copy_head>& heads, std::vector<octet_pieces>& messages) {
    auto batch = new_batch();
    while (fs::exists(places.waiting() / batch)) batch = new_batch();
    const auto making = places.adding() / batch;
    const auto made = places.waiting() / batch;
    try {
        keys::make_private_directory(making);
        keys::file_batch files(making);
        for (std::size_t i = 0; i < heads.size(); ++i) {
            auto message = std::exchange(messages[i], {}); // what it is made of goes, too
            heads[i].id = batch + "." + std::to_string(i + 1);
            heads[i].size = size_of(message);
            message.insert(message.begin(), octets(head_line(heads[i])));
            files.put(making / std::to_string(i + 1), message);
        }
        files.commit();
        fs::rename(making, made); // all of them at once
        keys::sync_directory(places.waiting());
    } catch (const std::exception&) {
        std::error_code ignored; // the caller is told what went wrong first
        fs::remove_all(making, ignored);
        fs::remove_all(made, ignored);
        throw;
    }
}

void outbox_beside::add(std::vector<owed_copy> copies, wall_time now) {
    const keys::acting_as_owner as(places_.root.parent_path());
    for (const auto& each : {places_.root, places_.adding(), places_.waiting()}) keys::make_private_directory(each);
    if (!waiting_) waiting_ = waiting_identities(places_);
    const hand_overs handed(places_.handed());
    const auto is_to_have_it = [&](const owed_recipient& one) {
        return !waiting_->contains(one.identity) && !handed.are_done(one.identity, now);
    };
    std::vector<copy_head> heads;
    std::vector<octet_pieces> messages;
    for (auto& copy : copies) {
        auto head = head_for(copy, now, is_to_have_it);
        if (head.recipients.empty()) continue;
        heads.push_back(std::move(head));
        messages.push_back(std::move(copy.message));
    }
    if (heads.empty()) return;
    write_batch(places_, heads, messages);
    for (const auto& head : heads)
        for (const auto& one : head.recipients) waiting_->insert(one.identity);
}

} // namespace sealgate::milter
