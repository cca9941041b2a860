#include "milter/protocol/direction.hpp"

#include <algorithm>

namespace sealgate::milter {

direction direction_of(const outgoing_rule& rule, const policy::tier_table& tiers, const connected_client& client,
                       std::string_view auth_user, const policy::address& sender) {
    if (rule.authenticated && !auth_user.empty()) return direction::outgoing;
    const auto has_client = [&](const network& net) { return contains(net, client.address); };
    if (std::ranges::any_of(rule.networks, has_client)) return direction::outgoing;
    const bool ours = tiers.tier_of(sender) == tiers.organisation();
    return rule.own_senders && ours ? direction::by_recipients : direction::incoming;
}

bool is_outside(const policy::tier_table& tiers, const policy::address& recipient) {
    return recipient.may_be_rerouted() || tiers.tier_of(recipient) != tiers.organisation();
}

} // namespace sealgate::milter
