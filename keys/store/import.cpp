#include "keys/store/import.hpp"

#include "keys/base/parallel.hpp"
#include "keys/certificates/transferable_key.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/signature.hpp"
#include "keys/store/stored_files.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace sealgate::keys {

namespace {

// gpg takes some milliseconds for each, and has a deadline for them together.
constexpr std::size_t most_imported_at_once = 250;

struct known_to_home {
    certificate cert;
    std::string content;
};

// What a gpg home knows, as one file a certificate would hold it.
std::map<std::string, known_to_home> contents_of(gpg& home) {
    std::map<std::string, known_to_home> out;
    const auto exported = home.export_all();
    if (!exported) throw gpg_broken(exported.error());
    const auto pieces = split_certificates(*exported);
    if (!pieces) throw gpg_broken("gpg exported what cannot be read: " + pieces.error());
    auto listed = home.list(*exported);
    if (listed.size() != pieces->size()) throw gpg_broken("gpg exported what it does not list");
    for (std::size_t i = 0; i < listed.size(); ++i) {
        auto fingerprint = listed[i].fingerprint;
        out.emplace(std::move(fingerprint), known_to_home{std::move(listed[i]), std::string((*pieces)[i])});
    }
    return out;
}

bool has_user_id(std::string_view binary) {
    const auto packets = walk_packets(binary, most_certificate_packets);
    return packets && std::ranges::find(*packets, packet_type::user_id, &packet::type) != packets->end();
}

// The primary key, and what revokes all of it.
std::string key_and_revocations(std::string_view binary) {
    std::string out(primary_key_of(binary));
    for (const auto& p : walk_packets(binary, most_certificate_packets).value_or(std::vector<packet>{})) {
        const auto made = p.type == packet_type::signature ? read_signature(p.body) : std::nullopt;
        if (made && made->type == signature_type::key_revocation) out += p.whole;
    }
    return out;
}

// One that stands in the wrong place counts only where gpg looks for its place.
bool has_revocations(std::string_view binary) {
    using enum signature_type;
    const auto packets = walk_packets(binary, most_certificate_packets);
    return !packets || std::ranges::any_of(*packets, [](const packet& p) {
        if (p.type != packet_type::signature) return false;
        const auto made = read_signature(p.body);
        return !made || made->type == key_revocation || made->type == subkey_revocation ||
               made->type == certification_revocation;
    });
}

// A part of it, or all. Others may take back what they certified, which is not the owner's word.
bool may_revoke(std::string_view signature, std::string_view fingerprint) {
    using enum signature_type;
    const auto made = read_signature(signature);
    if (!made) return true;
    const bool is_own = made->issuer.empty() || is_made_by(*made, fingerprint);
    return made->type == key_revocation || made->type == subkey_revocation ||
           (made->type == certification_revocation && is_own);
}

// Whatever headers they have: gpg writes older ones than other programs do.
bool has_same_packets(std::string_view one, std::string_view other) {
    const auto packets = walk_packets(one, most_certificate_packets), others = walk_packets(other, most_certificate_packets);
    return packets && others && std::ranges::equal(*packets, *others, [](const packet& a, const packet& b) {
               return a.type == b.type && a.body == b.body && a.body.size() == a.size && b.body.size() == b.size;
           });
}

class merger {
public:
    // `results`: one for each group.
    merger(const gpg_options& options, const std::vector<import_group>& groups, time_point now,
           std::vector<import_result>& results)
        : options_(options)
        , groups_(groups)
        , now_(now)
        , results_(results) {}

    using numbers = std::span<const std::size_t>; // of groups

    void merge_many(numbers some) { merge(left_by_plain_import(some)); }

    void merge(numbers some) {
        if (some.empty()) return;
        if (std::ranges::all_of(some, [&](std::size_t i) { return unknown_.contains(groups_[i].version); })) {
            for (const auto i : some) results_[i] = without_gpg(groups_[i], {});
            return;
        }
        gpg home(options_);
        if (took_all(home, some)) return keep(home, some);
        if (some.size() == 1) return merge_alone(some.front());
        merge(some.first(some.size() / 2));
        merge(some.subspan(some.size() / 2));
    }

private:
    // gpg verifies each signature once more to put misplaced ones right, which takes it half of its time. What it gives back as
    // it was given needed none of that.
    std::vector<std::size_t> left_by_plain_import(numbers some) const {
        constexpr std::size_t few = 20; // that are not worth a home of their own
        std::vector<std::size_t> plain, left;
        for (const auto i : some) {
            const auto& group = groups_[i];
            const bool is_plain = group.known.empty() && group.fresh.size() == 1 && !has_revocations(group.fresh.front());
            (is_plain ? plain : left).push_back(i);
        }
        if (plain.size() < few) return {some.begin(), some.end()};
        auto options = options_;
        options.repairs = false;
        gpg home(options);
        if (!took_all(home, plain)) return {some.begin(), some.end()};
        auto contents = contents_of(home);
        for (const auto i : plain) {
            const auto found = contents.find(groups_[i].fingerprint);
            if (found == contents.end() || !has_same_packets(found->second.content, groups_[i].fresh.front())) {
                left.push_back(i);
                continue;
            }
            results_[i] = result_of(std::move(found->second));
        }
        return left;
    }

    bool took_all(gpg& home, numbers some) const {
        std::string all;
        std::size_t count = 0;
        for (const auto i : some) {
            const auto& group = groups_[i];
            all += group.known;
            for (const auto& one : group.fresh) all += one;
            count += group.fresh.size() + (group.known.empty() ? 0 : 1);
        }
        return home.import(all) >= count;
    }

    void keep(gpg& home, numbers some) {
        auto contents = contents_of(home);
        for (const auto i : some) {
            const auto found = contents.find(groups_[i].fingerprint);
            if (found == contents.end()) {
                results_[i] = without_gpg(groups_[i], home.list(groups_[i].fresh.front()));
                continue;
            }
            unknown_.note_taken(groups_[i].version);
            results_[i] = result_of(std::move(found->second));
        }
    }

    // gpg stopped at it. A signature by somebody else, of a kind that it does not know, is no reason to lose a revocation.
    void merge_alone(std::size_t i) {
        const auto& group = groups_[i];
        gpg home(options_);
        home.import(group.known);
        for (const auto& one : group.fresh) {
            home.import(without_foreign_signatures(one));
            home.import(key_and_revocations(one)); // gpg may have stopped at a subkey
        }
        auto contents = contents_of(home);
        const auto found = contents.find(group.fingerprint);
        if (found == contents.end()) {
            unknown_.note_refused(group.version);
            results_[i] = without_gpg(group, home.list(without_foreign_signatures(group.fresh.front())));
            return;
        }
        unknown_.note_taken(group.version);
        results_[i] = result_of(std::move(found->second));
        const bool is_news = std::ranges::any_of(group.fresh, [&](const auto& one) { return one != group.known; });
        if (is_news && results_[i].content == group.known) results_[i].problem = "gpg cannot read what the file has of it";
    }

    // gpg did not take it: since it is bad, or since this gpg knows no such keys.
    import_result without_gpg(const import_group& group, const std::vector<certificate>& listed) const {
        auto content = group.known;
        for (const auto& one : group.fresh) content = content.empty() ? one : merge_unproved(content, one);
        const bool is_listed = !listed.empty() && listed.front().fingerprint == group.fingerprint;
        if (is_listed && is_judged(listed.front()) && listed.front().created > now_)
            return refusal(doubt_about(listed.front(), now_));
        if (is_listed && is_judged(listed.front()))
            return refusal(has_user_id(content) ? "none of its user ids has a signature of its own key that gpg accepts"
                                                : "it has no user id, so that nobody's mail would find it");
        auto own = read_unproved_certificate(content);
        if (!own) return refusal("gpg cannot read it: " + own.error());
        if (!is_listed && group.version == 4) return refusal("gpg cannot read it: it is damaged");
        if (own->user_ids.empty()) return refusal("gpg here cannot read such keys, and it has no user id that could be told");
        return {.content = std::move(content), .cert = *std::move(own), .problem = {}};
    }

    static import_result result_of(known_to_home taken) {
        return {.content = std::move(taken.content), .cert = std::move(taken.cert), .problem = {}};
    }
    static import_result refusal(std::string why) { return {.content = {}, .cert = {}, .problem = std::move(why)}; }

    const gpg_options& options_;
    const std::vector<import_group>& groups_;
    time_point now_;
    std::vector<import_result>& results_;
    unknown_versions unknown_;
};

} // namespace

std::vector<import_result> merge_into_known(const gpg_options& options, const std::vector<import_group>& groups,
                                            time_point now) {
    // One that gpg does not know stops it; those of usual versions are many, and should not stand behind such.
    std::vector<std::size_t> usual, others;
    for (std::size_t i = 0; i < groups.size(); ++i) (groups[i].version == 4 ? usual : others).push_back(i);
    std::vector<import_result> results(groups.size());
    in_parallel(std::span<const std::size_t>(usual), most_imported_at_once, [&] {
        return [own = merger(options, groups, now, results)](merger::numbers some) mutable { own.merge_many(some); };
    });
    merger(options, groups, now, results).merge(others);
    return results;
}

bool lost_revocation(const import_group& group, const certificate& merged, std::string_view content) {
    if (merged.revoked) return false;
    std::set<std::string_view> kept;
    for (const auto& p : walk_packets(content, most_certificate_packets).value_or(std::vector<packet>{})) kept.insert(p.body);
    const auto is_lost = [&](const packet& p) {
        return p.type == packet_type::signature && may_revoke(p.body, group.fingerprint) && !kept.contains(p.body);
    };
    return std::ranges::any_of(group.fresh, [&](const auto& one) {
        return std::ranges::any_of(walk_packets(one, most_certificate_packets).value_or(std::vector<packet>{}), is_lost);
    });
}

bool is_judged(const certificate& listed) { return !listed.subkeys.empty() && listed.subkeys.front().known_algorithm; }

} // namespace sealgate::keys
