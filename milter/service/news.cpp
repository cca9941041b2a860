#include "milter/service/news.hpp"

#include "keys/store/keyring.hpp"

#include <chrono>

namespace sealgate::milter {

std::string signing_key_news(const checkpoint_file& signer) {
    const auto key = to_text(signer.public_key());
    if (!signer.former()) return "checkpoints of the audit log are signed by a new key; note it elsewhere: " + key;
    const auto former = to_text(*signer.former());
    if (signer.is_new())
        return "checkpoints of the audit log are signed by a new key; note it elsewhere: " + key +
               "; and keep the former one, for the checkpoints until now: " + former;
    return "checkpoint.pub beside the audit log named another key, " + former + ", than the one that signs, " + key +
           ", and names this one now: if the signing key was replaced, note it, and keep the former one for the checkpoints"
           " until now; else somebody changed checkpoint.pub";
}

policy::told_keys told_keys_of(const snapshot& live, const policy::watch_news& news, const policy::pseudonyms& names) {
    policy::told_keys out{.time = std::chrono::system_clock::now(),
                          .to = {},
                          .unusable = {},
                          .ending = {},
                          .ended = {},
                          .proposed = {},
                          .changed = {},
                          .revoked = {}};
    for (const auto& who : live.gateway.watch.mail) out.to.push_back(names.of(who));
    for (const auto& one : news.unusable) {
        const auto& entry = one.key.entry;
        const bool is_fingerprint = !keys::canonical_fingerprint(entry).empty();
        out.unusable.emplace_back(is_fingerprint ? names.of_text(entry) : names.of(policy::parse_address(entry)),
                                  one.key.state);
    }
    for (const auto& one : news.ending) out.ending.push_back(names.of_text(one.fingerprint));
    for (const auto& one : news.ended) out.ended.push_back(names.of_text(one.fingerprint));
    for (const auto& one : news.news) {
        using enum policy::key_news_kind;
        auto& kind = one.what == proposed ? out.proposed : one.what == changed ? out.changed : out.revoked;
        kind.push_back(names.of_text(one.fingerprint));
    }
    return out;
}

} // namespace sealgate::milter
