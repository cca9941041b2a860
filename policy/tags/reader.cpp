#include "policy/tags/reader.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/labels/reader.hpp"
#include "policy/mail/comments.hpp"
#include "policy/mail/readings.hpp"
#include "policy/tags/bidi.hpp"
#include "policy/tags/collector.hpp"
#include "policy/tags/lexicon.hpp"
#include "policy/tags/look_alike.hpp"
#include "policy/tags/near_miss.hpp"
#include "policy/tags/pattern.hpp"
#include "policy/tags/region.hpp"
#include "policy/tags/words.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>

namespace sealgate::policy {
namespace {

constexpr std::size_t longest_value = 64;       // that is compared with tags
constexpr std::size_t longest_reordered = 4000; // bytes; more than RFC 5322 has in a line
constexpr std::size_t longest_guessed = 4000;   // likewise
constexpr effort for_a_reading{.candidates = 100, .comparisons = 10'000};
constexpr effort for_all_readings{.candidates = 1000, .comparisons = 100'000};

constexpr std::string_view right_to_left_override = "\u202E";
constexpr std::string_view left_to_right_override = "\u202D";

// Near misses cost more than tags, and of an attached message they are nobody's concern.
enum class wanted : std::uint8_t { tags, near_misses_too };

class reader {
public:
    reader(const policy& rules, const message& mail, wanted what, const effort& left = {})
        : rules_(rules)
        , mail_(mail)
        , lexicon_(lexicon_of(rules))
        , what_(what)
        , left_(left) {}

    void read(const header_field& field) {
        const auto is_field = [&](std::string_view name) { return text::iequals(field.name, name); };
        if (is_field("Subject") && !lexicon_->patterns.empty()) read_subject(unfolded(field.value));
        if (std::ranges::any_of(rules_.carriers.headers, is_field)) read_header(unfolded(field.value));
        if (is_field("Sensitivity") && !lexicon_->sensitivity.empty()) read_sensitivity(unfolded(field.value));
        if (is_field("Subject") && reads_labels_in_subject(rules_)) read_labels_of_subject(unfolded(field.value));
        add_labels(labels_in_field(rules_, field));
    }

    tag_findings take() && {
        add_labels(labels_in_body(rules_, mail_));
        return std::move(findings_).take();
    }

    const effort& left() const { return left_; }

private:
    // What somebody meant; empty: nobody can tell.
    struct meaning {
        std::string written;
        std::optional<rank> classification;
    };

    void read_subject(std::string_view value) {
        const auto read = readings_in(value);
        const auto& utf8 = read.first.text;
        const auto text = fold(utf8);
        const auto matches = match_tags(text, lexicon_->patterns, lexicon_->tags);
        add_tags(matches);
        for (const auto& plain : read.plain) add_tags(match_tags(fold(plain), lexicon_->patterns, lexicon_->tags));
        for (auto& suspect : suspects_in(utf8, text, matches, left_))
            add_suspect(written_as(utf8, text, suspect.where), std::move(suspect));
        if (steers_direction(utf8)) read_displayed(utf8);
        for (const auto& other : read.others) read_other(other, is_telling);
        for (const auto& guess : read.guesses) read_other(guess, is_telling_in_guess);
        for (const auto& doubted : read.doubted) read_doubted(doubted, utf8);
        if (!is_read(read)) add_unread(utf8, read.first.unread, carrier::subject);
        note_spent(utf8, carrier::subject);
    }

    // But for what stands in a label that the policy knows.
    std::vector<suspect> suspects_in(std::string_view utf8, const folded_text& text, const std::vector<tag_match>& exact,
                                     effort& left) {
        if (what_ == wanted::tags) return {};
        auto out = find_suspects(utf8, text, *lexicon_, exact, left);
        if (out.empty()) return out;
        const auto labels = known_labels_in(rules_, utf8);
        std::erase_if(out, [&](const suspect& one) {
            return std::ranges::any_of(labels, [&](auto label) { return is_within(written_as(utf8, text, one.where), label); });
        });
        return out;
    }

    // Any reader may see a label; doubts are those of the first. What cannot be read is told with the tags, where any are read.
    void read_labels_of_subject(std::string_view value) {
        const auto read = readings_in(value);
        add_labels(labels_in_subject(rules_, read.first.text));
        for (const auto* texts : {&read.others, &read.plain})
            for (const auto& other : *texts) add_labels({.found = labels_in_subject(rules_, other).found, .doubtful = {}});
        if (!is_read(read) && lexicon_->patterns.empty()) add_unread(read.first.text, read.first.unread, carrier::subject);
    }

    // A label that is not as its standard has it could not be read for certain.
    void add_labels(const label_findings& labels) {
        for (const auto& [tag, classification, where] : labels.found)
            add_tag({.spelled = tag, .classification = classification, .folded = {}, .form = {}}, where);
        for (const auto& [text, where, malformed] : labels.doubtful)
            findings_.add(near_miss{.text = bytes_as_utf8(text), .suggestion = {}, .where = where, .unread = malformed});
    }

    field_readings readings_in(std::string_view value) {
        const auto declared = [this] {
            if (!charsets_) charsets_ = declared_charsets(mail_);
            return *charsets_;
        };
        const auto may_guess = [&] { return value.size() <= longest_guessed && left_.take_guess(); };
        return readings_of(value, {.declared = declared, .may_guess = may_guess});
    }

    static bool is_read(const field_readings& read) {
        return read.first.all == legible::yes && (!read.first.unlabelled || read.guessed);
    }

    static bool is_telling(const suspect& found, std::string_view) { return !found.suggestion.empty(); }

    // In a wrong charset any letters may come near a tag, but ASCII is what it is.
    static bool is_telling_in_guess(const suspect& found, std::string_view written) {
        constexpr std::ptrdiff_t fewest = 4;
        return is_telling(found, written) && (found.doubt == 0 || std::ranges::count_if(written, text::is_letter) >= fewest);
    }

    // What some readers see. Only what is or nearly is a tag says something there: broken letters are no wonder.
    void read_other(const std::string& utf8, bool (*counts)(const suspect&, std::string_view written)) {
        const auto text = fold(utf8);
        const auto matches = match_tags(text, lexicon_->patterns, lexicon_->tags);
        add_tags(matches);
        auto left = share_of(for_others_, for_a_reading);
        left.spent = left_.spent;
        for (auto& suspect : suspects_in(utf8, text, matches, left))
            if (const auto written = written_as(utf8, text, suspect.where);
                counts(suspect, written) && !is_known(suspect.suggestion))
                add_suspect(written, std::move(suspect));
        give_back(for_others_, left);
        if (steers_direction(utf8)) read_displayed(utf8);
        left_.spent = left_.spent || left.spent;
    }

    // A tag that is there only in an alphabet that the mail does not name: hardly a reader sees it, so it is nearly one. What
    // the text says without it is judged already ("TLP:AMBER+STRICT" is no "TLP:AMBER" before a strange letter).
    void read_doubted(const std::string& utf8, std::string_view first) {
        const auto text = fold(utf8);
        for (const auto& match : match_tags(text, lexicon_->patterns, lexicon_->tags)) {
            auto tag = lexicon_->patterns.front().written(*match.tag);
            if (!first.contains(written_as(utf8, text, match.where)) && !is_known(tag))
                add_near_miss(first, {.written = std::move(tag), .classification = match.tag->classification},
                              carrier::subject);
        }
    }

    // Whoever overrides the order of letters from right to left hides what is written. The other controls,
    // and the override from left to right around telephone numbers, are in ordinary mail: they count where a
    // tag appears only on the screen.
    void read_displayed(std::string_view utf8) {
        auto seen = utf8.size() > longest_reordered ? meaning{} : displayed_tag(utf8);
        const bool hidden = utf8.size() > longest_reordered || utf8.contains(right_to_left_override);
        if (hidden || !seen.written.empty()) add_near_miss(utf8, std::move(seen), carrier::subject);
    }

    // The tag, or near tag, that is on the screen though not in the text.
    meaning displayed_tag(std::string_view utf8) {
        if (what_ == wanted::tags || !left_.take_reordering()) return {};
        for (const auto& seen : displayed(utf8)) {
            const auto text = fold(seen);
            const auto matches = match_tags(text, lexicon_->patterns, lexicon_->tags);
            for (const auto& match : matches)
                if (auto tag = lexicon_->patterns.front().written(*match.tag); !is_known(tag))
                    return {.written = std::move(tag), .classification = match.tag->classification};
            for (auto& suspect : suspects_in(seen, text, matches, left_))
                if (!suspect.suggestion.empty() && !is_known(suspect.suggestion))
                    return {.written = std::move(suspect.suggestion), .classification = suspect.meant};
        }
        return {};
    }

    // Whether a Subject is known to have this tag, written as a pattern wants it, or nearly to have it.
    bool is_known(std::string_view written) const {
        const auto is_tag = [&](const found_tag& found) {
            return found.where == carrier::subject && std::ranges::any_of(lexicon_->patterns, [&](const tag_pattern& pattern) {
                       return pattern.spelled.before + found.tag + pattern.spelled.after == written;
                   });
        };
        const auto is_near = [&](const near_miss& miss) {
            return miss.where == carrier::subject && miss.suggestion == written;
        };
        return std::ranges::any_of(findings_.so_far().tags, is_tag) ||
               std::ranges::any_of(findings_.so_far().near_misses, is_near);
    }

    void add_tags(const std::vector<tag_match>& matches) {
        for (const auto& match : matches) add_tag(*match.tag, carrier::subject);
    }

    // The value is a tag, or several between commas or semicolons. Whatever else stands there is a claim that
    // the policy does not know.
    void read_header(std::string_view value) {
        const auto read = readings_in(value);
        const auto& utf8 = read.first.text;
        const auto text = fold(utf8);
        const bool found = read_in_any(read, text, lexicon_->tags, carrier::header);
        if (!is_read(read))
            add_unread(utf8, read.first.unread, carrier::header);
        else if (is_disguised(value, text, utf8))
            add_near_miss(utf8, {}, carrier::header);
        if (found) return;
        for (const auto& piece : pieces_of(text)) read_piece(utf8, text, piece);
        note_spent(utf8, carrier::header);
    }

    // Whether the whole value is a tag for some reader.
    bool read_in_any(const field_readings& read, const folded_text& text, const std::vector<tag_word>& tags, carrier where) {
        bool found = read_whole(text.points, tags, where);
        for (const auto* texts : {&read.others, &read.guesses, &read.plain})
            for (const auto& other : *texts) found |= read_whole(fold(other).points, tags, where);
        return found;
    }

    // Programs write this field: letters that are hidden or turned round are nobody's accident.
    static bool is_disguised(std::string_view value, const folded_text& text, std::string_view utf8) {
        const bool overridden = utf8.contains(right_to_left_override) || utf8.contains(left_to_right_override);
        return overridden || (!text::trim(value).empty() && pieces_of(text).empty());
    }

    void read_piece(std::string_view source, const folded_text& text, span piece) {
        const auto points = std::u32string_view(text.points).substr(piece.begin, piece.size());
        if (read_whole(points, lexicon_->tags, carrier::header)) return;
        add_near_miss(written_as(source, text, piece), meaning_of(nearest_tag_of(points, lexicon_->tags)), carrier::header);
    }

    // One value by the standard; several between commas or semicolons are read one by one.
    void read_sensitivity(std::string_view value) {
        const auto uncommented = without_comments(value);
        if (uncommented.before_open_comment) read_cut_sensitivity(value, *uncommented.before_open_comment);
        const auto read = readings_in(uncommented.text);
        const auto& utf8 = read.first.text;
        const auto text = fold(utf8);
        for (const auto* words : {&lexicon_->sensitivity, &lexicon_->tags}) // some programs write the tag itself
            if (read_in_any(read, text, *words, carrier::sensitivity)) return;
        if (!is_read(read)) add_unread(utf8, read.first.unread, carrier::sensitivity);
        for (const auto& piece : pieces_of(text)) read_sensitivity_piece(utf8, text, piece);
        note_spent(utf8, carrier::sensitivity);
    }

    // Values that the map does not name say nothing, unless they nearly say what it names.
    void read_sensitivity_piece(std::string_view source, const folded_text& text, span piece) {
        const auto points = std::u32string_view(text.points).substr(piece.begin, piece.size());
        if (read_whole(points, lexicon_->sensitivity, carrier::sensitivity)) return;
        if (read_whole(points, lexicon_->tags, carrier::sensitivity)) return;
        const auto* meant = sensitivity_meant(points);
        if (meant == nullptr) meant = sensitive_word_in(text, piece);
        if (meant != nullptr) add_near_miss(written_as(source, text, piece), meaning_of(meant), carrier::sensitivity);
    }

    // The most sensitive that is, or nearly is, a tag, of the words of a value: "Private & Confidential". Null: none.
    const tag_word* sensitive_word_in(const folded_text& text, span piece) {
        const tag_word* out = nullptr;
        for (const auto& word : words_in(text, piece)) {
            const auto* found =
                nearest_tag_of(std::u32string_view(text.points).substr(word.begin, word.size()), lexicon_->tags);
            if (found == nullptr || !lexicon_->is_sensitive(*found)) continue;
            if (out == nullptr || found->classification > out->classification) out = found;
        }
        return out;
    }

    // For those who read a comment that never ends to the end of the value.
    void read_cut_sensitivity(std::string_view value, std::string_view before_comment) {
        if (const auto* meant = sensitivity_meant(fold(decode_words(before_comment).text).points))
            add_near_miss(bytes_as_utf8(value), meaning_of(meant), carrier::sensitivity);
    }

    // Null: nothing.
    const tag_word* sensitivity_meant(std::u32string_view folded) {
        const auto* meant = nearest_tag_of(folded, lexicon_->sensitivity);
        return meant == nullptr ? lexicon_->sensitivity_with_part(folded) : meant;
    }

    static std::string_view written_as(std::string_view source, const folded_text& text, span piece) {
        const auto begin = text.origins[piece.begin].begin;
        return source.substr(begin, text.origins[piece.end - 1].end - begin);
    }

    bool read_whole(std::u32string_view folded, const std::vector<tag_word>& tags, carrier where) {
        const auto from_most_sensitive = std::views::reverse(tags);
        const auto tag = std::ranges::find(from_most_sensitive, folded, &tag_word::folded);
        if (tag == from_most_sensitive.end()) return false;
        add_tag(*tag, where);
        return true;
    }

    // Null: none.
    const tag_word* nearest_tag_of(std::u32string_view folded, const std::vector<tag_word>& tags) {
        if (folded.size() > longest_value || !left_.take_candidate()) return nullptr;
        const auto looks = look_alike(folded);
        const auto near = nearest_to({folded, looks.form}, tags, forgive::slips, left_);
        return near ? near->tag : nullptr;
    }

    static meaning meaning_of(const tag_word* tag) {
        return tag == nullptr ? meaning{} : meaning{.written = tag->spelled, .classification = tag->classification};
    }

    void add_tag(const tag_word& tag, carrier where) {
        findings_.add(found_tag{.tag = tag.spelled, .classification = tag.classification, .where = where});
    }

    void add_suspect(std::string_view written, suspect found) {
        findings_.add(near_miss{.text = std::string(written),
                                .suggestion = std::move(found.suggestion),
                                .where = carrier::subject,
                                .meant = found.meant,
                                .stray = found.stray});
    }

    void add_near_miss(std::string_view written, meaning meant, carrier where) {
        findings_.add(near_miss{.text = std::string(written),
                                .suggestion = std::move(meant.written),
                                .where = where,
                                .meant = meant.classification});
    }

    void add_unread(std::string_view written, std::string charset, carrier where) {
        findings_.add(near_miss{
            .text = std::string(written), .suggestion = {}, .where = where, .unread = true, .charset = std::move(charset)});
    }

    // What was left unread may hide anything: that is said once, at the field where it ended.
    void note_spent(std::string_view value, carrier where) {
        if (left_.spent && !std::exchange(said_spent_, true)) add_unread(value, {}, where);
    }

    const policy& rules_;
    const message& mail_;
    std::optional<std::vector<std::string>> charsets_; // that the mail declares
    std::shared_ptr<const tag_lexicon> lexicon_;
    wanted what_;
    effort left_;
    effort for_others_ = for_all_readings;
    bool said_spent_ = false;
    finding_collector findings_;
};

// A script that writes an empty line first makes its header the beginning of the body: what stands there was meant as one.
std::vector<header_field> fields_below_header(const message& mail) {
    constexpr std::size_t longest_header = 16'384;
    if (!field_values(mail, "Subject").empty()) return {};
    auto top = mail.body.view().substr(0, longest_header);
    top.remove_prefix(std::min(top.find_first_not_of("\r\n"), top.size()));
    auto meant = parse_message(top);
    return field_values(meant, "Subject").empty() ? std::vector<header_field>{} : std::move(meant.fields);
}

void read_all(reader& reader, const message& mail) {
    for (const auto& field : mail.fields) reader.read(field);
    for (const auto& field : fields_below_header(mail)) reader.read(field);
}

} // namespace

const near_miss* unread_in(const tag_findings& findings) {
    const auto& misses = findings.near_misses;
    const auto says_something = [](const near_miss& miss) { return !miss.suggestion.empty(); };
    const auto unread = std::ranges::find(misses, true, &near_miss::unread);
    return unread == misses.end() || std::ranges::any_of(misses, says_something) ? nullptr : &*unread;
}

tag_findings find_tags(const policy& rules, const message& mail) {
    reader reader(rules, mail, wanted::near_misses_too);
    read_all(reader, mail);
    return std::move(reader).take();
}

std::vector<found_tag> exact_tags(const policy& rules, const message& mail, effort& left) {
    reader reader(rules, mail, wanted::tags, left);
    read_all(reader, mail);
    left = reader.left();
    return std::move(reader).take().tags;
}

} // namespace sealgate::policy
