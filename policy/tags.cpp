#include "policy/tags.hpp"

#include "policy/base/text.hpp"
#include "policy/display.hpp"
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
constexpr std::size_t longest_reordered = 4000; // bytes; more than RFC 5322 has in a line

constexpr std::string_view right_to_left_override = "\u202E";
constexpr std::string_view left_to_right_override = "\u202D";

bool is_unprintable(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0xAD;
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

readings readings_of(std::string_view value) { return {.decoded = decode_words(value), .raw = bytes_as_utf8(value)}; }

// A value of Sensitivity as a tag: spelled as the policy's key. Least sensitive first, as tag_words has it.
std::vector<tag_word> sensitivity_words(const policy& rules) {
    std::vector<tag_word> words;
    for (const auto& [value, classification] : rules.carriers.sensitivity)
        words.push_back(make_tag_word(value, classification));
    std::ranges::stable_sort(words, {}, &tag_word::classification);
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
            const auto written = written_as(read.decoded.text, text, suspect.where);
            add_near_miss(written, std::move(suspect.suggestion), carrier::subject);
        }
        if (steers_direction(read.decoded.text)) read_displayed(read.decoded.text);
        if (read.decoded.all == legible::no) add_near_miss(read.decoded.text, {}, carrier::subject);
        note_spent(read.decoded.text, carrier::subject);
    }

    // Whoever overrides the order of letters from right to left hides what is written. The other controls,
    // and the override from left to right around telephone numbers, are in ordinary mail: they count where a
    // tag appears only on the screen.
    void read_displayed(std::string_view utf8) {
        auto suggestion = utf8.size() > longest_reordered ? std::string{} : displayed_tag(utf8);
        const bool hidden = utf8.size() > longest_reordered || utf8.contains(right_to_left_override);
        if (hidden || !suggestion.empty()) add_near_miss(utf8, std::move(suggestion), carrier::subject);
    }

    // The tag, or near tag, that is on the screen though not in the text.
    std::string displayed_tag(std::string_view utf8) {
        if (!left_.take_reordering()) return {};
        for (const auto& seen : displayed(utf8)) {
            const auto text = fold(seen);
            const auto matches = match_tags(text, subject_.patterns, subject_.tags);
            for (const auto& match : matches)
                if (auto tag = subject_.patterns.front().written(*match.tag); !is_known(tag)) return tag;
            for (auto& suspect : find_suspects(text, subject_, matches, left_))
                if (!suspect.suggestion.empty() && !is_known(suspect.suggestion)) return std::move(suspect.suggestion);
        }
        return {};
    }

    // Whether a Subject is known to have this tag, written as a pattern wants it, or nearly to have it.
    bool is_known(std::string_view written) const {
        const auto is_tag = [&](const found_tag& found) {
            return found.where == carrier::subject && std::ranges::any_of(subject_.patterns, [&](const tag_pattern& pattern) {
                       return pattern.spelled.before + found.tag + pattern.spelled.after == written;
                   });
        };
        const auto is_near = [&](const near_miss& miss) {
            return miss.where == carrier::subject && miss.suggestion == written;
        };
        return std::ranges::any_of(findings_.tags, is_tag) || std::ranges::any_of(findings_.near_misses, is_near);
    }

    void add_tags(const std::vector<tag_match>& matches) {
        for (const auto& match : matches) add_tag(*match.tag, carrier::subject);
    }

    // The value is a tag, or several between commas or semicolons. Whatever else stands there is a claim that
    // the policy does not know.
    void read_header(std::string_view value) {
        const auto read = readings_of(value);
        const auto text = fold(read.decoded.text);
        bool found = read_whole(text.points, subject_.tags, carrier::header);
        if (read.differ()) found |= read_whole(fold(read.raw).points, subject_.tags, carrier::header);
        if (is_unreadable(read, text)) add_near_miss(read.decoded.text, {}, carrier::header);
        if (found) return;
        for (const auto& piece : pieces_of(text)) read_piece(read.decoded.text, text, piece);
        note_spent(read.decoded.text, carrier::header);
    }

    // Programs write this field: letters that are hidden or turned round are nobody's accident.
    static bool is_unreadable(const readings& read, const folded_text& text) {
        const std::string_view utf8 = read.decoded.text;
        const bool overridden = utf8.contains(right_to_left_override) || utf8.contains(left_to_right_override);
        const bool empty = text::trim(read.raw).empty();
        return overridden || read.decoded.all == legible::no || (!empty && pieces_of(text).empty());
    }

    // What stands between commas or semicolons, empty pieces left out.
    static std::vector<span> pieces_of(const folded_text& text) {
        std::vector<span> pieces;
        for (std::size_t begin = 0; begin < text.size();) {
            const auto end = std::min(text.points.find_first_of(U",;", begin), text.size());
            if (end > begin) pieces.push_back({begin, end});
            begin = end + 1;
        }
        return pieces;
    }

    void read_piece(std::string_view source, const folded_text& text, span piece) {
        const auto points = std::u32string_view(text.points).substr(piece.begin, piece.size());
        if (read_whole(points, subject_.tags, carrier::header)) return;
        add_near_miss(written_as(source, text, piece), suggestion_for(points, subject_.tags), carrier::header);
    }

    // One value by the standard; several between commas or semicolons are read one by one.
    void read_sensitivity(std::string_view value) {
        const auto read = readings_of(without_comments(value));
        const auto text = fold(read.decoded.text);
        bool found = read_whole(text.points, sensitivity_, carrier::sensitivity);
        if (read.differ()) found |= read_whole(fold(read.raw).points, sensitivity_, carrier::sensitivity);
        if (found) return;
        if (read.decoded.all == legible::no) add_near_miss(read.decoded.text, {}, carrier::sensitivity);
        for (const auto& piece : pieces_of(text)) read_sensitivity_piece(read.decoded.text, text, piece);
        note_spent(read.decoded.text, carrier::sensitivity);
    }

    // Values that the map does not name say nothing, unless they nearly say what it names.
    void read_sensitivity_piece(std::string_view source, const folded_text& text, span piece) {
        const auto points = std::u32string_view(text.points).substr(piece.begin, piece.size());
        if (read_whole(points, sensitivity_, carrier::sensitivity)) return;
        auto suggestion = suggestion_for(points, sensitivity_);
        if (suggestion.empty()) suggestion = value_with_part(points);
        if (!suggestion.empty()) add_near_miss(written_as(source, text, piece), std::move(suggestion), carrier::sensitivity);
    }

    static std::string_view written_as(std::string_view source, const folded_text& text, span piece) {
        const auto begin = text.origins[piece.begin].begin;
        return source.substr(begin, text.origins[piece.end - 1].end - begin);
    }

    // Some programs say "Confidential" where the standard has "Company-Confidential".
    std::string value_with_part(std::u32string_view folded) const {
        if (folded.empty()) return {};
        for (const auto& value : std::views::reverse(sensitivity_)) {
            const std::u32string_view whole = value.folded;
            const auto at = whole.find(folded);
            if (at == whole.npos) continue;
            const auto end = at + folded.size();
            if ((at == 0 || whole[at - 1] == U'-') && (end == whole.size() || whole[end] == U'-')) return value.spelled;
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
        if (std::ranges::find(findings_.tags, found) == findings_.tags.end()) findings_.tags.push_back(std::move(found));
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
    for (const auto& field : mail.fields) reader.read(field);
    return std::move(reader).take();
}

} // namespace sealgate::policy
