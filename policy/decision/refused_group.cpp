#include "policy/decision/refused_group.hpp"

#include "policy/base/text.hpp"

#include <string_view>

namespace sealgate::policy {

std::string others(std::size_t count) { return std::to_string(count) + (count == 1 ? " other" : " others"); }

std::string refused_group::named(share most) const {
    std::vector<std::string> words;
    std::size_t octets = 0;
    for (const auto& one : who) {
        octets += one.size();
        if (!words.empty() && (words.size() >= most.names || octets > most.octets)) break;
        words.push_back(one);
    }
    if (words.size() < who.size()) words.push_back(others(who.size() - words.size()));
    return text::listed(words, "and");
}

std::string cause(const refused_group& of, share most, std::uint64_t most_octets) {
    const auto who = of.named(most);
    const bool one = of.who.size() == 1;
    const auto key = [&](std::string_view is, std::string_view are) {
        return std::string(one ? "the key of " : "the keys of ").append(who).append(" ").append(one ? is : are);
    };
    switch (of.why) {
    case reason::tier: return "the policy does not allow it to go to " + who;
    case reason::no_key: return "there is no key for " + who;
    case reason::key_expired: return key("has expired", "have expired");
    case reason::key_revoked: return key("is revoked", "are revoked");
    case reason::key_disabled: return key("is disabled here", "are disabled here");
    case reason::key_not_for_encryption: return key("cannot be used for encryption", "cannot be used for encryption");
    case reason::key_weak: return key("is too weak", "are too weak");
    case reason::not_addressed: return "it is not encrypted to " + who + ", who could not read it";
    case reason::unverifiable: return "nobody can tell whether it is encrypted to " + who;
    case reason::passphrase_only:
        return "it is encrypted to a passphrase alone, and nobody can tell " +
               (one ? "whether " + who + " knows it" : "who of " + who + " know it");
    case reason::not_encrypted: return "your own mail program must encrypt it for " + who;
    case reason::pgp_fake: return "it claims to be encrypted and is not, or not safely, so it cannot go to " + who;
    case reason::pgp_partial: return "it is encrypted with something readable beside it, so it cannot go to " + who;
    case reason::smime_not_accepted: return "S/MIME is not accepted, so it cannot go to " + who;
    case reason::too_large: return "it is larger than the gateway reads";
    case reason::too_large_sealed:
        return "once it is encrypted it is larger than the mail server takes (" + text::octets(most_octets) +
               "), so it cannot go to " + who;
    case reason::too_many_copies:
        return "all the copies that it needs are larger than the gateway keeps for one mail (" + text::octets(most_octets) +
               "), so it cannot go to " + who;
    case reason::unreadable: return "its structure is too deep to be checked, so it cannot go to " + who;
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
    case reason::organisation_key:
    case reason::sealing_failed:
    case reason::no_room:
    case reason::internal_error: break;
    }
    return "of a rule about " + who;
}

} // namespace sealgate::policy
