#include "policy/labels/reader.hpp"

#include "policy/base/text.hpp"
#include "policy/labels/boldon_james.hpp"
#include "policy/labels/calendar.hpp"
#include "policy/labels/epms.hpp"
#include "policy/labels/keywords.hpp"
#include "policy/labels/msip.hpp"
#include "policy/labels/nextcloud.hpp"
#include "policy/labels/sio.hpp"
#include "policy/labels/titus.hpp"
#include "policy/labels/tlp.hpp"
#include "policy/mail/encoded_word.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sealgate::policy {
namespace {

constexpr std::size_t most_doubtful = 16;
constexpr std::size_t longest_field = 100'000; // octets: what Postfix has in a header, all fields together

// As much as is read of it. UTF-8 stays that.
std::string_view front_of(std::string_view utf8) {
    if (utf8.size() <= longest_field) return utf8;
    auto out = utf8.substr(0, longest_field);
    while (!out.empty() && static_cast<unsigned char>(out.back()) >= 0x80) out.remove_suffix(1);
    return out;
}

// Collects what labels stand for.
class label_collector {
public:
    explicit label_collector(const policy& rules)
        : rules_(rules) {}

    void add(carrier where, const label& one) {
        const auto& family = rules_.carriers.labels.find(where)->second;
        bool known = false;
        for (const auto& value : one.values) {
            const auto at = family.values.find(label_key(value));
            if (at == family.values.end()) continue;
            known = true;
            add_found({.tag = at->second.spelled, .classification = at->second.classification, .where = where});
        }
        if (one.malformed)
            add_doubtful({.text = one.text, .where = where, .malformed = true});
        else if (!known)
            add_unknown(family, where, one.text);
    }

    void add(carrier where, const std::vector<label>& all) {
        for (const auto& one : all) add(where, one);
    }

    // What is behind its front may say anything.
    void add_if_too_long(carrier where, std::string_view value) {
        constexpr std::size_t shown = 200;
        if (value.size() <= longest_field) return;
        add_doubtful({.text = std::string(value.substr(0, shown)), .where = where, .malformed = true});
    }

    label_findings take() && { return std::move(out_); }

private:
    void add_unknown(const label_rules& family, carrier where, const std::string& text) {
        switch (family.unknown) {
        case unknown_label::ignore: return;
        case unknown_label::near_miss: return add_doubtful({.text = text, .where = where});
        case unknown_label::counts: return add_found({.tag = "unknown", .classification = family.unknown_as, .where = where});
        }
        std::unreachable();
    }

    void add_found(found_label one) {
        if (std::ranges::find(out_.found, one) == out_.found.end()) out_.found.push_back(std::move(one));
    }

    void add_doubtful(doubtful_label one) {
        const bool known = std::ranges::find(out_.doubtful, one) != out_.doubtful.end();
        if (out_.doubtful.size() < most_doubtful && !known) out_.doubtful.push_back(std::move(one));
    }

    const policy& rules_;
    label_findings out_;
};

// A label for each value: one that the policy knows says nothing of the one beside it.
std::vector<label> each_value(const label& all) {
    std::vector<label> out;
    for (const auto& value : all.values) out.push_back({.text = value, .values = {value}});
    if (all.malformed) out.push_back({.text = all.text, .malformed = true});
    return out;
}

// One field of one family that the policy names.
class field_labels {
public:
    field_labels(const policy& rules, const header_field& field)
        : rules_(rules)
        , field_(field)
        , out_(rules) {}

    label_findings run() && {
        if (is_field("msip_labels"))
            read(carrier::msip, [](auto value, const auto& family) { return read_msip(value, family.of); });
        if (is_field("X-Protective-Marking")) read_marking();
        if (is_field("TLP") || is_field("X-TLP")) read(carrier::tlp, [](auto value, const auto&) { return read_tlp(value); });
        if (is_field("SIO-Label")) read(carrier::sio, [](auto value, const auto&) { return read_sio(value); });
        if (is_field("x-titus-metadata-40"))
            read(carrier::titus, [](auto value, const auto& family) { return each_value(read_titus(value, family.of)); });
        if (is_field("x-bjprotectivemarking"))
            read(carrier::boldon_james, [](auto value, const auto&) { return read_boldon_james(value); });
        if (is_field("X-NC-Governance-Label"))
            read(carrier::nextcloud, [](auto value, const auto& family) {
                auto one = read_nextcloud(value, family.of);
                return one ? std::vector{*std::move(one)} : std::vector<label>{};
            });
        if (is_field("Keywords")) read_raw(carrier::keywords, [](auto value) { return read_keywords(value); });
        return std::move(out_).take();
    }

private:
    bool is_field(std::string_view name) const { return text::iequals(field_.name, name); }

    // The value in UTF-8, if the policy names the family and there is one.
    template <class Reader>
    void read(carrier where, Reader reader) {
        const auto* family = named_family(rules_.carriers.labels, where);
        if (family == nullptr) return;
        read_raw(where, [&](std::string_view value) {
            const auto decoded = decode_words(value);
            if (decoded.all == legible::no) out_.add(where, label{.text = decoded.text, .malformed = true});
            return reader(std::string_view(decoded.text), *family);
        });
    }

    template <class Reader>
    void read_raw(carrier where, Reader reader) {
        if (named_family(rules_.carriers.labels, where) == nullptr) return;
        const auto value = unfolded(field_.value);
        if (value.empty()) return;
        out_.add(where, reader(front_of(value)));
        out_.add_if_too_long(where, value);
    }

    // Two families write it: Janusseal in the namespaces that the policy names, and whoever else as the standard has it.
    void read_marking() {
        const auto* epms = named_family(rules_.carriers.labels, carrier::epms);
        const auto* janusseal = named_family(rules_.carriers.labels, carrier::janusseal);
        if (epms == nullptr && janusseal == nullptr) return;
        const auto where = epms == nullptr ? carrier::janusseal : carrier::epms;
        const auto value = unfolded(field_.value);
        if (value.empty()) return;
        out_.add_if_too_long(where, value);
        const auto decoded = decode_words(front_of(value));
        auto read = read_protective_marking(decoded.text);
        read.what.malformed = read.what.malformed || decoded.all == legible::no;
        if (janusseal != nullptr && is_namespace_of(read.space, janusseal->of))
            out_.add(carrier::janusseal, read.what);
        else if (epms != nullptr && (read.space.empty() || is_namespace_of(read.space, epms->of)))
            out_.add(carrier::epms, read.what);
        else
            add_of_another_namespace(where, std::move(read.what));
    }

    // Its values mean what another organisation says.
    void add_of_another_namespace(carrier where, label what) {
        what.values.clear();
        out_.add(where, what);
    }

    const policy& rules_;
    const header_field& field_;
    label_collector out_;
};

struct placed_in_family {
    carrier where;
    placed_label one;
};

std::vector<placed_in_family> placed_labels_in(const policy& rules, std::string_view subject) {
    const auto utf8 = front_of(subject);
    std::vector<placed_in_family> out;
    const auto add = [&](carrier where, std::vector<placed_label> found) {
        for (auto& one : found) out.push_back({.where = where, .one = std::move(one)});
    };
    if (named_family(rules.carriers.labels, carrier::epms)) add(carrier::epms, protective_markings_in(utf8));
    if (named_family(rules.carriers.labels, carrier::tlp)) add(carrier::tlp, tlp_labels_in(utf8));
    return out;
}

} // namespace

label_findings labels_in_field(const policy& rules, const header_field& field) {
    return rules.carriers.labels.empty() ? label_findings{} : field_labels(rules, field).run();
}

label_findings labels_in_subject(const policy& rules, std::string_view utf8) {
    label_collector out(rules);
    for (const auto where : {carrier::epms, carrier::tlp})
        if (named_family(rules.carriers.labels, where)) out.add_if_too_long(where, utf8);
    for (const auto& [where, placed] : placed_labels_in(rules, utf8)) out.add(where, placed.what);
    return std::move(out).take();
}

label_findings labels_in_body(const policy& rules, const message& mail) {
    if (!named_family(rules.carriers.labels, carrier::calendar)) return {};
    label_collector out(rules);
    out.add(carrier::calendar, calendar_classes(mail));
    return std::move(out).take();
}

bool reads_labels_in_subject(const policy& rules) {
    return named_family(rules.carriers.labels, carrier::epms) || named_family(rules.carriers.labels, carrier::tlp);
}

bool is_within(std::string_view piece, std::string_view whole) {
    return whole.data() <= piece.data() && piece.data() + piece.size() <= whole.data() + whole.size();
}

std::vector<std::string_view> known_labels_in(const policy& rules, std::string_view utf8) {
    std::vector<std::string_view> out;
    for (const auto& [where, placed] : placed_labels_in(rules, utf8)) {
        const auto& values = named_family(rules.carriers.labels, where)->values;
        const auto is_known = [&](const std::string& value) { return values.contains(label_key(value)); };
        if (!placed.what.malformed && std::ranges::any_of(placed.what.values, is_known))
            out.push_back(utf8.substr(placed.begin, placed.end - placed.begin));
    }
    return out;
}

} // namespace sealgate::policy
