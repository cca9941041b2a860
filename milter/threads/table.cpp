#include "milter/threads/table.hpp"

#include "policy/base/bytes.hpp"
#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <limits>

namespace sealgate::milter {

namespace {

constexpr std::size_t digits = 32; // of a hash: 128 bits
constexpr std::size_t most_names = 1000;
constexpr std::size_t part_forgotten = 10;
constexpr std::chrono::hours between_looks{24};

std::string hex(std::uint64_t number) {
    std::string octets;
    bytes::appender(octets).u32(static_cast<std::uint32_t>(number >> 32)).u32(static_cast<std::uint32_t>(number));
    return text::lower_hex(octets);
}

// 2106 is far enough.
std::uint32_t seconds_of(std::chrono::sys_seconds when) {
    const auto seconds = when.time_since_epoch().count();
    return static_cast<std::uint32_t>(std::clamp<decltype(seconds)>(seconds, 0, std::numeric_limits<std::uint32_t>::max()));
}

std::string_view take_word(std::string_view& line) {
    const auto space = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, space);
    line.remove_prefix(std::min(space + 1, line.size()));
    return word;
}

} // namespace

std::optional<thread_table::hash> thread_table::hash_in(std::string_view hex_digits) {
    if (hex_digits.size() != digits || hex_digits.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return std::nullopt;
    const auto half = [&](std::size_t begin) {
        std::uint64_t out = 0;
        for (const char c : hex_digits.substr(begin, digits / 2)) out = out << 4 | *text::hex_digit(c);
        return out;
    };
    return hash{.high = half(0), .low = half(digits / 2)};
}

thread_table::hash thread_table::hash_of(std::string_view id) const {
    const auto octets = hmac_sha256(key_, id);
    const auto half = [&](std::size_t begin) {
        std::uint64_t out = 0;
        for (std::size_t i = 0; i < sizeof out; ++i) out = out << 8 | octets[begin + i];
        return out;
    };
    return {.high = half(0), .low = half(sizeof(std::uint64_t))};
}

std::vector<std::string> thread_table::find(const std::vector<std::string>& ids) const {
    std::vector<std::string> out;
    if (known_.empty()) return out;
    for (const auto& id : ids) {
        const auto at = known_.find(hash_of(id));
        if (at == known_.end()) continue;
        const auto& name = names_[at->second.name];
        if (std::ranges::find(out, name) == out.end()) out.push_back(name);
    }
    return out;
}

// A policy has few names. If reloads brought very many, the later ones share the last: an unknown name is no less sensitive.
std::uint16_t thread_table::index_of(std::string_view name) {
    const auto at = std::ranges::find(names_, name);
    if (at != names_.end()) return static_cast<std::uint16_t>(at - names_.begin());
    if (names_.size() < most_names) names_.emplace_back(names_.size() + 1 < most_names ? std::string(name) : "?");
    return static_cast<std::uint16_t>(names_.size() - 1);
}

std::string thread_table::line_of(const hash& who, const entry& what, std::string_view name) {
    return hex(who.high) + hex(who.low) + (what.whose == whose_mail::ours ? " ours " : " others ") + std::to_string(what.at) +
           " " + std::string(name) + "\n";
}

std::string thread_table::add(const std::vector<std::string>& ids, std::string_view name, whose_mail whose,
                              std::chrono::sys_seconds now) {
    forget(now);
    std::string lines;
    const auto shown = text::printable(name, 1000);
    const auto at = std::max(seconds_of(now), newest_);
    for (const auto& id : ids) {
        const auto who = hash_of(id);
        if (whose == whose_mail::others && known_.contains(who)) continue;
        const entry what{.at = at, .name = index_of(shown), .whose = whose};
        put(who, what);
        lines += line_of(who, what, names_[what.name]);
    }
    return lines;
}

void thread_table::put(const hash& who, const entry& what) {
    const auto [at, is_new] = known_.try_emplace(who, what);
    if (!is_new) {
        --count(at->second.whose);
        at->second = what;
    }
    newest_ = std::max(newest_, what.at);
    if (++count(what.whose) > most_) forget_oldest(what.whose);
}

// Now and then: a year is not a matter of hours. What a look finds is what aged since the last one. Where that is most of
// what is known, it is not age: the clock is wrong, or nothing was sent for long; neither is a reason to forget.
void thread_table::forget(std::chrono::sys_seconds now) {
    if (now < looked_ + between_looks && looked_ <= now) return;
    looked_ = now;
    const auto is_old = [oldest = seconds_of(now - kept)](const auto& one) { return one.second.at < oldest; };
    if (2 * static_cast<std::size_t>(std::ranges::count_if(known_, is_old)) > known_.size()) return;
    boost::unordered::erase_if(known_, [&](const auto& one) {
        if (!is_old(one)) return false;
        --count(one.second.whose);
        return true;
    });
}

// Several at once, so that it is done seldom.
void thread_table::forget_oldest(whose_mail whose) {
    std::vector<std::uint32_t> times;
    for (const auto& [who, what] : known_)
        if (what.whose == whose) times.push_back(what.at);
    auto left = times.size() / part_forgotten + 1;
    const auto last = times.begin() + static_cast<std::ptrdiff_t>(left - 1);
    std::ranges::nth_element(times, last);
    boost::unordered::erase_if(known_, [&, until = *last](const auto& one) {
        if (one.second.whose != whose || one.second.at > until || left == 0) return false;
        --left;
        --count(whose);
        return true;
    });
}

std::string thread_table::first_line() const {
    return "sealgate threads 1 " + hmac_sha256_hex(key_, "sealgate thread key").substr(0, 16) + "\n";
}

std::string thread_table::whole() const {
    auto out = first_line();
    for (const auto& [who, what] : known_) out += line_of(who, what, names_[what.name]);
    return out;
}

bool thread_table::take(std::string_view line) {
    const auto who = hash_in(take_word(line));
    const auto whose = take_word(line);
    const auto at = text::whole_number<std::uint32_t>(take_word(line));
    if (!who || (whose != "ours" && whose != "others") || !at || line.empty()) return false;
    put(*who, {.at = *at, .name = index_of(line), .whose = whose == "ours" ? whose_mail::ours : whose_mail::others});
    return true;
}

} // namespace sealgate::milter
