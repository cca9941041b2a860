#include "policy/decision/refused_group.hpp"

#include "policy/base/text.hpp"

namespace sealgate::policy {

std::string others(std::size_t count, const wording& in) {
    return in.say(count == 1 ? "reply-other" : "reply-others", {{"count", {std::to_string(count)}}});
}

std::string refused_group::named(share most, const wording& in) const {
    std::vector<std::string> words;
    std::size_t octets = 0;
    for (const auto& one : who) {
        octets += one.size();
        if (!words.empty() && (words.size() >= most.names || octets > most.octets)) break;
        words.push_back(one);
    }
    if (words.size() < who.size()) words.push_back(others(who.size() - words.size(), in));
    return in.listed(words, "and");
}

std::string cause(const refused_group& of, share most, std::uint64_t most_octets, const wording& in) {
    const filling with{{"who", {of.named(most, in)}}, {"size", {text::octets(most_octets)}}};
    switch (of.why) {
    case reason::tier:
    case reason::no_key:
    case reason::key_expired:
    case reason::key_revoked:
    case reason::key_disabled:
    case reason::key_not_for_encryption:
    case reason::key_weak:
    case reason::not_addressed:
    case reason::unverifiable:
    case reason::passphrase_only:
    case reason::not_encrypted:
    case reason::pgp_fake:
    case reason::pgp_partial:
    case reason::smime_not_accepted:
    case reason::too_large:
    case reason::too_large_sealed:
    case reason::too_many_copies:
    case reason::unreadable: return in.say_of(of.who.size(), "reply-" + std::string(name_of(of.why)), with);
    case reason::near_miss:
    case reason::downgrade:
    case reason::untagged:
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
    case reason::internal_error: break;
    }
    return in.say("reply-rule", with);
}

} // namespace sealgate::policy
