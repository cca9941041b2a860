#include "policy/audit/policy_change.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

namespace sealgate::policy {

namespace {

struct placed_line {
    std::string under, text;
    auto operator<=>(const placed_line&) const = default;
};
using lines = std::vector<placed_line>;

// "internal:" and "internal: {…}" name a key, which deeper lines stand below.
std::string_view yaml_key_of(std::string_view line) {
    const auto colon = line.find(':');
    return colon == std::string_view::npos ? std::string_view{} : line.substr(0, colon + 1);
}

// Columns that were lined up otherwise are no change; within quotes white space says something.
std::string with_single_blanks(std::string_view line) {
    if (line.find_first_of("\"'") != std::string_view::npos) return std::string(line);
    std::string out;
    for (const char c : line)
        if (!text::is_space(c))
            out += c;
        else if (!out.ends_with(' '))
            out += ' ';
    return out;
}

// "reply: |", "reply: >-".
bool begins_text(std::string_view content) {
    if (content.ends_with('-') || content.ends_with('+')) content.remove_suffix(1);
    return content.ends_with(": |") || content.ends_with(": >");
}

lines placed(std::string_view policy) {
    lines out;
    std::vector<std::pair<std::size_t, std::string>> above; // keys with less indentation
    auto block = std::string_view::npos;                    // the indentation of the key whose text stands below it, as it is
    while (!policy.empty()) {
        const auto line = text::take_line(policy);
        const auto content = text::trim(line);
        const auto indentation = std::min(line.find_first_not_of(" \t"), line.size());
        const bool is_text = block != std::string_view::npos && indentation > block;
        if (content.empty() || (content.starts_with('#') && !is_text)) continue;
        if (!is_text) block = begins_text(content) ? indentation : std::string_view::npos;
        while (!above.empty() && above.back().first >= indentation) above.pop_back();
        const auto under = above.empty() ? std::string{} : above.back().second;
        out.push_back({.under = under, .text = with_single_blanks(content)});
        if (const auto key = yaml_key_of(content); !key.empty())
            above.emplace_back(indentation, (under.empty() ? "" : under + " ") + std::string(key));
    }
    return out;
}

void tell(std::vector<changed_line>& to, line_fate fate, const placed_line& line) {
    to.push_back({.fate = fate, .under = line.under, .text = line.text});
}

// The longest common subsequence, by the table of its lengths.
void compare_in_order(std::vector<changed_line>& to, std::span<const placed_line> before, std::span<const placed_line> after) {
    const auto width = after.size() + 1;
    std::vector<std::uint32_t> common((before.size() + 1) * width);
    const auto at = [&](std::size_t b, std::size_t a) -> std::uint32_t& { return common[b * width + a]; };
    for (auto b = before.size(); b-- > 0;)
        for (auto a = after.size(); a-- > 0;)
            at(b, a) = before[b] == after[a] ? at(b + 1, a + 1) + 1 : std::max(at(b + 1, a), at(b, a + 1));
    std::size_t b = 0, a = 0;
    while (b < before.size() || a < after.size()) {
        if (b < before.size() && a < after.size() && before[b] == after[a])
            ++b, ++a;
        else if (b < before.size() && (a == after.size() || at(b + 1, a) >= at(b, a + 1)))
            tell(to, line_fate::went, before[b++]);
        else
            tell(to, line_fate::came, after[a++]);
    }
}

// Which lines there are more of in one, whatever their order.
void compare_as_sets(std::vector<changed_line>& to, std::span<const placed_line> before, std::span<const placed_line> after) {
    std::map<placed_line, std::ptrdiff_t> surplus;
    for (const auto& line : before) ++surplus[line];
    for (const auto& line : after) --surplus[line];
    const auto take = [&](std::span<const placed_line> from, line_fate fate, std::ptrdiff_t step) {
        for (const auto& line : from)
            if (auto& left = surplus[line]; left * step > 0) left -= step, tell(to, fate, line);
    };
    take(before, line_fate::went, 1);
    take(after, line_fate::came, -1);
}

} // namespace

std::vector<changed_line> policy_change(std::string_view before, std::string_view after) {
    constexpr std::size_t most_pairs = 4'000'000; // 16 MB of table
    const auto old_lines = placed(before), new_lines = placed(after);
    std::span<const placed_line> from(old_lines), to(new_lines);
    const auto [begin, other] = std::ranges::mismatch(from, to);
    const auto alike = static_cast<std::size_t>(begin - from.begin());
    from = from.subspan(alike), to = to.subspan(alike);
    while (!from.empty() && !to.empty() && from.back() == to.back())
        from = from.first(from.size() - 1), to = to.first(to.size() - 1);
    std::vector<changed_line> out;
    if (from.size() <= most_pairs / (to.size() + 1))
        compare_in_order(out, from, to);
    else
        compare_as_sets(out, from, to);
    if (out.empty() && old_lines != new_lines)
        out.push_back({.fate = line_fate::came, .under = {}, .text = "(the same lines in another order)"});
    return out;
}

std::vector<std::string> in_words(const std::vector<changed_line>& changes, std::size_t most) {
    std::vector<std::string> out;
    for (const auto& one : changes) {
        if (out.size() == most) {
            out.push_back("and " + std::to_string(changes.size() - most) + " lines more");
            break;
        }
        out.push_back((one.fate == line_fate::went ? "- " : "+ ") + (one.under.empty() ? "" : one.under + " ") + one.text);
    }
    return out;
}

std::vector<std::string> policy_change_in_words(const policy_texts& kept, const std::string& before, const std::string& after,
                                                std::size_t most) {
    const auto was = kept(before), is = kept(after);
    if (!was || !is) return {"what they said is not kept beside the log"};
    const auto changes = policy_change(*was, *is);
    return changes.empty() ? std::vector<std::string>{"only comments differ"} : in_words(changes, most);
}

} // namespace sealgate::policy
