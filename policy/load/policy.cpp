#include "policy/load/policy.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"
#include "policy/crypto/digest.hpp"
#include "policy/load/encryption.hpp"
#include "policy/load/labels.hpp"
#include "policy/load/notices.hpp"
#include "policy/load/replies.hpp"
#include "policy/load/rules.hpp"
#include "policy/load/tiers.hpp"
#include "policy/tags/lexicon.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace sealgate::policy {

namespace {

using yaml::map_reader;

// One reading of one policy file. Each section is read by one function; `out` grows as they go.
class policy_reader {
public:
    policy_reader(std::string path, const file_reader& read, const directory_reader& list)
        : path_(std::move(path))
        , read_(read)
        , list_(list) {}

    std::expected<policy, std::vector<yaml::diagnostic>> run() {
        yaml::error_sink errors(path_, problems_);
        const auto text = read_(path_);
        if (!text) {
            errors.add({}, text.error());
            return std::unexpected(std::move(problems_));
        }
        std::string covered = *text;
        if (const auto root = yaml::parse(*text, errors); root) read_root(*root, errors, covered);
        if (!problems_.empty()) return std::unexpected(std::move(problems_));
        out_.digest = "sha256:" + sha256_hex(covered);
        out_.digested = std::make_shared<const std::string>(std::move(covered));
        out_.lexicon = std::make_shared<const tag_lexicon>(out_);
        return std::move(out_);
    }

private:
    void read_root(const yaml::node& root, yaml::error_sink& errors, std::string& covered) {
        map_reader top(root, "policy", errors);
        const auto* organisation = top.required("organisation");
        const auto* classifications = top.required("classifications");
        const auto* untagged = top.required("untagged");
        const auto* untagged_automatic = top.optional("untagged_automatic");
        const auto* near_miss = top.required("near_miss");
        const auto* near_miss_except = top.optional("near_miss_except");
        const auto* downgrade = top.optional("downgrade");
        const auto* carriers = top.required("carriers");
        const auto* tiers = top.optional("tiers");
        const auto* rules = top.required("rules");
        const auto* encryption = top.optional("encryption");
        const auto* delimiter = top.optional("recipient_delimiter");
        const auto* notices = top.optional("notices");
        const auto* replies = top.optional("replies");
        const auto* channels = top.optional("channels");
        top.finish();
        if (organisation) read_organisation(*organisation, errors);
        if (classifications) read_classifications(*classifications, errors);
        if (untagged) read_untagged(*untagged, errors, out_.untagged);
        if (untagged_automatic)
            read_untagged(*untagged_automatic, errors, out_.untagged_automatic);
        else
            out_.untagged_automatic = usual_for_programs();
        if (near_miss)
            if (auto what = yaml::as_enum<near_miss_action>(*near_miss, errors, names(near_miss_action{})))
                out_.near_miss = *what;
        if (near_miss_except)
            for (auto& [word, at] : yaml::as_texts(*near_miss_except, errors)) out_.near_miss_except.push_back(std::move(word));
        if (downgrade)
            out_.downgrade =
                yaml::as_enum<downgrade_action>(*downgrade, errors, names(downgrade_action{})).value_or(out_.downgrade);
        if (carriers) read_carriers(*carriers, errors);
        const include_context includes{
            .policy_path = path_, .read = read_, .list = list_, .covered = covered, .lists = out_.lists};
        if (tiers) load_tiers(*tiers, errors, includes, out_.tiers);
        if (encryption) load_encryption(*encryption, errors, out_.encryption);
        if (delimiter) load_recipient_delimiter(*delimiter, errors, out_.encryption);
        if (rules && !out_.classifications.empty()) load_rules(*rules, errors, out_);
        load_notices(notices, errors, includes, list_, out_);
        if (replies) load_replies(*replies, errors, out_);
        if (channels) read_channels(*channels, errors);
    }

    void read_organisation(const yaml::node& map, yaml::error_sink& errors) {
        map_reader m(map, "organisation", errors);
        if (const auto* name = m.required("name"))
            if (auto text = yaml::as_text(*name, errors)) out_.organisation = *std::move(text);
        if (const auto* domains = m.required("domains")) {
            load_domains(*domains, errors, out_.tiers.organisation(), out_.tiers);
            if (out_.tiers.domains_in(out_.tiers.organisation()) == 0)
                errors.add(domains->at, "the organisation needs a domain of its own");
        }
        m.finish();
    }

    void read_classifications(const yaml::node& list, yaml::error_sink& errors) {
        if (list.kind != yaml::kind::list || list.items.empty()) {
            errors.add(list.at, "expected a list of classifications, least sensitive first");
            return;
        }
        for (const auto& item : list.items) read_classification(item, errors);
    }

    void read_classification(const yaml::node& map, yaml::error_sink& errors) {
        classification made;
        map_reader m(map, "classification", errors);
        const auto* name = m.required("name");
        const auto* tags = m.required("tags");
        m.finish();
        if (name)
            if (auto text = yaml::as_text(*name, errors)) made.name = *std::move(text);
        if (made.name == "reject") errors.add(name->at, "\"reject\" is a word of its own and cannot name a classification");
        if (name && find_classification(out_, made.name))
            errors.add(name->at, "there is a classification \"" + made.name + "\" already");
        if (tags) {
            for (const auto& [tag, at] : yaml::as_texts(*tags, errors)) {
                const auto folded = fold(tag).points;
                if (folded.empty()) {
                    errors.add(at, "a tag must not be empty");
                } else if (!tags_seen_.insert(folded).second) {
                    errors.add(at, "the tag \"" + tag + "\" is used already (case, width and white space do not count)");
                } else {
                    made.tags.push_back(tag);
                }
            }
        }
        out_.classifications.push_back(std::move(made));
    }

    void read_untagged(const yaml::node& value, yaml::error_sink& errors, std::optional<rank>& to) {
        if (value.scalar == "reject") return;
        if (const auto found = classification_named(value, errors, out_)) to = found;
    }

    // Programs cannot tag, so refusing what they send mends nothing. Nothing milder than for people, unless the policy says so.
    std::optional<rank> usual_for_programs() const {
        const auto internal = find_classification(out_, "internal");
        return internal ? std::max(internal, out_.untagged) : out_.untagged;
    }

    void read_carriers(const yaml::node& map, yaml::error_sink& errors) {
        map_reader m(map, "carriers", errors);
        const auto* subject = m.optional("subject");
        const auto* headers = m.optional("headers");
        const auto* sensitivity = m.optional("sensitivity");
        const auto* forwarded = m.optional("forwarded");
        const auto* strip = m.optional("strip");
        const auto* labels = m.optional("labels");
        m.finish();
        if (subject)
            for (const auto& [pattern, at] : yaml::as_texts(*subject, errors)) read_pattern(pattern, at, errors);
        if (headers)
            for (auto& [name, at] : yaml::as_texts(*headers, errors)) read_header_name(std::move(name), at, errors);
        if (sensitivity) read_sensitivity(*sensitivity, errors);
        if (forwarded) out_.carriers.forwarded = yaml::as_bool(*forwarded, errors).value_or(true);
        if (strip) out_.carriers.strip = yaml::as_bool(*strip, errors).value_or(false);
        if (labels) load_labels(*labels, errors, out_);
        const auto& all = out_.carriers;
        if (all.subject.empty() && all.headers.empty() && all.sensitivity.empty() && all.labels.empty())
            errors.add(map.at, "no carrier: nobody could tag a mail");
    }

    void read_pattern(std::string_view pattern, yaml::mark at, yaml::error_sink& errors) {
        static constexpr std::string_view hole = "{tag}";
        const auto where = pattern.find(hole);
        if (where == std::string_view::npos || pattern.find(hole, where + 1) != std::string_view::npos) {
            errors.add(at, "a subject pattern needs {tag} once, such as \"[{tag}]\"");
            return;
        }
        subject_pattern made{.before = std::string(text::trim(pattern.substr(0, where))),
                             .after = std::string(text::trim(pattern.substr(where + hole.size())))};
        if (fold(made.before).points.empty() && fold(made.after).points.empty()) {
            errors.add(at, "a bare {tag} would match any word of a subject; write \"[{tag}]\" or the like");
            return;
        }
        out_.carriers.subject.push_back(std::move(made));
    }

    void read_header_name(std::string name, yaml::mark at, yaml::error_sink& errors) {
        const bool good = !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
        if (!good) {
            errors.add(at, "\"" + text::printable(name, 60) + "\" is no header field name");
        } else if (text::iequals(name, "Subject")) {
            errors.add(at, "the Subject is read by carriers.subject");
        } else {
            out_.carriers.headers.push_back(std::move(name));
        }
    }

    void read_sensitivity(const yaml::node& map, yaml::error_sink& errors) {
        map_reader m(map, "carriers.sensitivity", errors);
        for (const auto& [key, value] : map.entries) {
            if (const auto found = classification_named(value, errors, out_))
                out_.carriers.sensitivity.emplace(key.scalar, *found);
        }
    }

    void read_channels(const yaml::node& map, yaml::error_sink& errors) {
        map_reader m(map, "channels", errors);
        for (const auto& [kind, groups] : map.entries) {
            channel_group made{.kind = kind.scalar, .by_tier = {}};
            const map_reader check(groups, "channels." + kind.scalar, errors);
            for (const auto& [tier, list] : groups.entries) {
                require_tier(tier, errors, out_.tiers);
                std::vector<std::string> offered;
                for (auto& [name, at] : yaml::as_texts(list, errors)) offered.push_back(std::move(name));
                made.by_tier.emplace_back(tier.scalar, std::move(offered));
            }
            out_.channels.push_back(std::move(made));
        }
    }

    std::string path_;
    const file_reader& read_;
    const directory_reader& list_;
    std::vector<yaml::diagnostic> problems_;
    std::set<std::u32string> tags_seen_;
    policy out_;
};

} // namespace

std::expected<policy, std::vector<yaml::diagnostic>> load_policy(const std::string& path, const file_reader& read,
                                                                 const directory_reader& list) {
    return policy_reader(path, read, list).run();
}

} // namespace sealgate::policy
