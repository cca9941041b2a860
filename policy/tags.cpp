#include "policy/tags.hpp"

#include "policy/base/text.hpp"
#include "policy/encoded_word.hpp"
#include "policy/fold.hpp"
#include "policy/near_miss.hpp"
#include "policy/tag_pattern.hpp"
#include "policy/tag_words.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace sealgate::policy {
namespace {

constexpr std::size_t most_near_misses = 16; // one decides; the rest is for people to read
constexpr std::size_t longest_shown = 64;

bool is_unprintable(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0xAD;
}

std::string shown(std::string_view utf8) {
    constexpr std::size_t longest_point = 4; // bytes
    auto points = text::decode_utf8(utf8.substr(0, longest_shown * longest_point * 2));
    std::erase_if(points, is_unprintable);
    points.resize(std::min(points.size(), longest_shown));
    return text::encode_utf8(points);
}

// RFC 5322 section 3.2.2: comments nest, and "\" takes the next character's meaning. One that never ends is
// none, so that "(" cannot hide a value.
std::string without_comments(std::string_view value) {
    std::string out;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '(')
            ++depth;
        else if (c == ')' && depth > 0)
            --depth;
        else if (c == '\\' && depth > 0)
            ++i;
        else if (depth == 0)
            out += c;
    }
    return depth == 0 ? out : std::string(value);
}

// The ways a field can be read. A reader that knows no encoded words, or finds one broken, sees the raw text.
struct readings {
    decoded_words decoded;
    std::string raw;

    bool differ() const { return decoded.text != raw; }
};

readings readings_of(std::string_view value) {
    return {.decoded = decode_words(value), .raw = bytes_as_utf8(value)};
}

// A value of Sensitivity as a tag: spelled as the policy's key.
std::vector<tag_word> sensitivity_words(const policy& rules) {
    std::vector<tag_word> words;
    for (const auto& [value, classification] : rules.carriers.sensitivity)
        words.push_back(make_tag_word(value, classification));
    return words;
}

class reader {
public:
    explicit reader(const policy& rules)
        : rules_(rules)
        , subject_{.tags = tag_words(rules), .patterns = {}, .untagged = rules.untagged}
        , sensitivity_(sensitivity_words(rules)) {
        subject_.patterns = tag_patterns(rules, subject_.tags);
    }

    void read(const header_field& field) {
        const auto is_field = [&](std::string_view name) { return text::iequals(field.name, name); };
        if (is_field("Subject") && !subject_.patterns.empty()) read_subject(unfolded(field.value));
        if (std::ranges::any_of(rules_.carriers.headers, is_field)) read_header(unfolded(field.value));
        if (is_field("Sensitivity") && !sensitivity_.empty()) read_sensitivity(unfolded(field.value));
    }

    tag_findings take() && { return std::move(findings_); }

private:
    void read_subject(std::string_view value) {
        const auto read = readings_of(value);
        const auto text = fold(read.decoded.text);
        const auto matches = match_tags(text, subject_.patterns, subject_.tags);
        add_tags(matches);
        if (read.differ()) add_tags(match_tags(fold(read.raw), subject_.patterns, subject_.tags));
        for (auto& suspect : find_suspects(text, subject_, matches, left_)) {
            const auto begin = text.origins[suspect.where.begin].begin;
            const auto end = text.origins[suspect.where.end - 1].end;
            const auto written = std::string_view(read.decoded.text).substr(begin, end - begin);
            add_near_miss(written, std::move(suspect.suggestion), carrier::subject);
        }
        if (read.decoded.all == legible::no) add_near_miss(read.decoded.text, {}, carrier::subject);
        note_spent(read.decoded.text, carrier::subject);
    }

    void add_tags(const std::vector<tag_match>& matches) {
        for (const auto& match : matches)
            add_tag(*match.tag, carrier::subject);
    }

    // The value is a tag, or several between commas or semicolons. Whatever else stands there is a claim that
    // the policy does not know.
    void read_header(std::string_view value) {
        const auto read = readings_of(value);
        const auto text = fold(read.decoded.text);
        bool found = read_whole(text.points, subject_.tags, carrier::header);
        if (read.differ()) found |= read_whole(fold(read.raw).points, subject_.tags, carrier::header);
        if (found) return;
        if (read.decoded.all == legible::no) add_near_miss(read.decoded.text, {}, carrier::header);
        for (std::size_t begin = 0; begin < text.size();) {
            auto end = text.points.find_first_of(U",;", begin);
            if (end == std::u32string::npos) end = text.size();
            if (end > begin) read_piece(read.decoded.text, text, {begin, end});
            begin = end + 1;
        }
        note_spent(read.decoded.text, carrier::header);
    }

    void read_piece(std::string_view source, const folded_text& text, span piece) {
        const auto points = std::u32string_view(text.points).substr(piece.begin, piece.size());
        if (read_whole(points, subject_.tags, carrier::header)) return;
        const auto begin = text.origins[piece.begin].begin;
        const auto written = source.substr(begin, text.origins[piece.end - 1].end - begin);
        add_near_miss(written, suggestion_for(points, subject_.tags), carrier::header);
    }

    // Values that the map does not name say nothing, unless they nearly say what it names.
    void read_sensitivity(std::string_view value) {
        const auto read = readings_of(without_comments(value));
        const auto points = fold(read.decoded.text).points;
        bool found = read_whole(points, sensitivity_, carrier::sensitivity);
        if (read.differ()) found |= read_whole(fold(read.raw).points, sensitivity_, carrier::sensitivity);
        if (found) return;
        auto suggestion = suggestion_for(points, sensitivity_);
        if (suggestion.empty()) suggestion = value_with_part(points);
        const bool unreadable = read.decoded.all == legible::no;
        if (!suggestion.empty() || unreadable)
            add_near_miss(read.decoded.text, std::move(suggestion), carrier::sensitivity);
        note_spent(read.decoded.text, carrier::sensitivity);
    }

    // Some programs say "Confidential" where the standard has "Company-Confidential".
    std::string value_with_part(std::u32string_view folded) const {
        if (folded.empty()) return {};
        for (const auto& value : sensitivity_) {
            const std::u32string_view whole = value.folded;
            const auto at = whole.find(folded);
            if (at == whole.npos) continue;
            const auto end = at + folded.size();
            if ((at == 0 || whole[at - 1] == U'-') && (end == whole.size() || whole[end] == U'-'))
                return value.spelled;
        }
        return {};
    }

    bool read_whole(std::u32string_view folded, const std::vector<tag_word>& tags, carrier where) {
        const auto from_most_sensitive = std::views::reverse(tags);
        const auto tag = std::ranges::find(from_most_sensitive, folded, &tag_word::folded);
        if (tag == from_most_sensitive.end()) return false;
        add_tag(*tag, where);
        return true;
    }

    std::string suggestion_for(std::u32string_view folded, const std::vector<tag_word>& tags) {
        if (folded.size() > longest_shown || !left_.take_candidate()) return {};
        const auto looks = look_alike(folded);
        const auto near = nearest_to({.folded = folded, .form = looks.form}, tags, forgive::slips, left_);
        return near ? near->tag->spelled : std::string{};
    }

    void add_tag(const tag_word& tag, carrier where) {
        found_tag found{.tag = tag.spelled, .classification = tag.classification, .where = where};
        if (std::ranges::find(findings_.tags, found) == findings_.tags.end())
            findings_.tags.push_back(std::move(found));
    }

    void add_near_miss(std::string_view written, std::string suggestion, carrier where) {
        auto& misses = findings_.near_misses;
        near_miss miss{.text = shown(written), .suggestion = std::move(suggestion), .where = where};
        const bool known = std::ranges::find(misses, miss) != misses.end();
        if (misses.size() < most_near_misses && !known) misses.push_back(std::move(miss));
    }

    // What was left unread may hide anything: that is said once, at the field where it ended.
    void note_spent(std::string_view value, carrier where) {
        if (left_.spent && !std::exchange(said_spent_, true)) add_near_miss(value, {}, where);
    }

    const policy& rules_;
    subject_tags subject_;
    std::vector<tag_word> sensitivity_;
    effort left_;
    bool said_spent_ = false;
    tag_findings findings_;
};

} // namespace

tag_findings find_tags(const policy& rules, const message& mail) {
    reader reader(rules);
    for (const auto& field : mail.fields)
        reader.read(field);
    return std::move(reader).take();
}

} // namespace sealgate::policy
