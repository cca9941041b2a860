#include "policy/decision/next_step.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::policy {

namespace {

bool gateway_could_seal(const recipient_decision& refused) {
    return refused.cell != action::require && refused.key.state == key_state::usable;
}

// Encrypted, and nobody can tell whether for this recipient: their key is unknown here, or the readers are hidden.
next_step step_in_doubt(const facts& known, const recipient_decision& refused) {
    if (gateway_could_seal(refused)) return next_step::send_clear;
    const auto state = refused.key.state;
    if (known.brought == protection::smime)
        return state == key_state::usable ? next_step::encrypt_yourself : next_step::ask_for_key;
    return state == key_state::missing ? next_step::give_key : next_step::encrypt_openly;
}

next_step step_at_near_miss(const tag_findings& found) {
    const auto stands_in_label = [](const near_miss& miss) { return is_label(miss.where); };
    if (const auto* unread = unread_in(found))
        return stands_in_label(*unread) ? next_step::choose_label : next_step::write_plainly;
    const bool labels_alone = !found.near_misses.empty() && std::ranges::all_of(found.near_misses, stands_in_label);
    return labels_alone ? next_step::choose_label : next_step::correct_tag;
}

} // namespace

next_step step_for(const facts& known, const tag_findings& found, const recipient_decision& refused) {
    switch (refused.why) {
    case reason::no_key: return next_step::ask_for_key;
    case reason::key_expired:
    case reason::key_revoked:
    case reason::key_not_for_encryption:
    case reason::key_weak: return next_step::ask_for_new_key;
    case reason::key_disabled: return next_step::ask_about_key;
    case reason::tier: return next_step::ask_for_address;
    case reason::passphrase_only:
    case reason::not_addressed: return next_step::encrypt_to_all;
    case reason::unverifiable: return step_in_doubt(known, refused);
    case reason::not_encrypted: return next_step::encrypt_yourself;
    case reason::pgp_fake:
    case reason::pgp_partial: return gateway_could_seal(refused) ? next_step::encrypt_here_or_whole : next_step::encrypt_whole;
    case reason::smime_not_accepted:
        return gateway_could_seal(refused) ? next_step::encrypt_here_or_whole : next_step::encrypt_yourself;
    case reason::too_large:
    case reason::too_large_sealed: return next_step::send_less;
    case reason::too_many_copies: return next_step::send_to_fewer;
    case reason::unreadable: return next_step::send_parts;
    case reason::near_miss: return step_at_near_miss(found);
    case reason::downgrade: return next_step::tag_alike;
    case reason::untagged: return next_step::write_tag;
    case reason::allowed:
    case reason::sealed:
    case reason::already_encrypted:
    case reason::subject_in_clear:
    case reason::keys_unreadable:
    case reason::lookup_failed:
    case reason::threads_unreadable:
    case reason::limit_unknown:
    case reason::organisation_key:
    case reason::sealing_failed:
    case reason::no_room:
    case reason::internal_error: return next_step::ask_administrator; // nobody is refused for these
    }
    std::unreachable();
}

std::string text_of(next_step what, const policy& rules, how_many recipients, const wording& in) {
    return in.say_of(recipients == how_many::one ? 1 : 2, "step-" + std::string(name_of(what)), {{"tags", {in.tags(rules)}}});
}

bool offers_other_ways(next_step what) {
    using enum next_step;
    return what == ask_for_key || what == ask_for_new_key || what == ask_about_key || what == ask_for_address;
}

bool leads_to_sealing(next_step what) {
    using enum next_step;
    return what == ask_for_key || what == ask_for_new_key || what == ask_about_key || what == send_clear ||
           what == encrypt_here_or_whole;
}

std::string best_channels(const policy& rules, const wording& in) {
    const auto text_kind = std::ranges::find(rules.channels, "text", &channel_group::kind);
    const auto kind = text_kind == rules.channels.end() ? rules.channels.begin() : text_kind;
    if (kind == rules.channels.end() || kind->by_tier.empty()) return {};
    return in.shown(in.listed(kind->by_tier.front().second, "or"));
}

} // namespace sealgate::policy
