#include "milter/service/relay_watch.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

constexpr std::chrono::hours between_lines{24};

std::string name_of(const connected_client& client) {
    if (client.address.empty()) return client.name;
    return client.name.contains(client.address) ? client.address : client.address + " (" + client.name + ")";
}

std::string line_about(const std::string& who, std::string_view queue_id, std::uint64_t since) {
    auto line =
        "not decided: " + who + " hands in mail to other organisations (such as " + std::string(queue_id) + "), and it passes";
    if (since > 0) line += "; " + std::to_string(since) + " more since this was told last";
    return line + ". It has not logged in, and stands in nothing of gateway.outgoing. If our people write there, name it in " +
           "gateway.outgoing.networks; if the recipients are ours, name their domain in organisation.domains of the policy; " +
           "a backup MX or a mailing list may do this";
}

} // namespace

void relay_watch::saw(const connected_client& client, std::string_view queue_id, time_point now) {
    ++count_;
    auto who = name_of(client);
    if (!relays_.contains(who) && !has_room(now)) who = "a further client";
    const auto [at, is_new] = relays_.try_emplace(who, relay{.told = now});
    if (!is_new && now - at->second.told < between_lines) {
        ++at->second.since;
        return;
    }
    tell_(line_about(who, queue_id, at->second.since));
    at->second = {.told = now};
}

// Of those who were told long enough ago the oldest is forgotten: it is told in any case when it comes again. Within a day
// nobody is, or many clients would make a line of each mail.
bool relay_watch::has_room(time_point now) {
    if (relays_.size() < most_clients_) return true;
    const auto oldest = std::ranges::min_element(relays_, {}, [](const auto& entry) { return entry.second.told; });
    if (oldest == relays_.end() || now - oldest->second.told < between_lines) return false;
    relays_.erase(oldest);
    return true;
}

} // namespace sealgate::milter
