#include "milter/proof/checkpoint_reader.hpp"

#include "milter/audit/reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::size_t most_told = 10; // lines that are no checkpoints, and keys that are not known

std::string name_of(std::uint64_t line) { return "checkpoint " + std::to_string(line); }

// After a key was replaced many lines are signed by the one before it: they are told together.
class wrong_lines {
public:
    void add(std::uint64_t line, const policy::no_checkpoint& why) {
        if (why.other_key)
            add_to(*why.other_key, line);
        else if (why.text == policy::ends_in_crlf)
            crlf_.add(line);
        else if (++wrong_ <= most_told)
            told_.push_back(name_of(line) + " " + why.text);
    }

    std::vector<std::string> told() && {
        if (wrong_ > most_told)
            told_.push_back(std::to_string(wrong_ - most_told) + " further lines are no genuine checkpoints");
        if (crlf_.count > 0)
            told_.push_back(name_of(crlf_.first) + " " + std::string(policy::ends_in_crlf) +
                            crlf_.more("; so does ", "; so do "));
        for (const auto& one : by_others_)
            told_.push_back(name_of(one.lines.first) + " was signed by another key, " + to_text(one.key) +
                            one.lines.more(", as was ", ", as were ") +
                            "; if the signing key was replaced, and this is the one that you noted before, verify with both: "
                            "--key OLD --key NEW");
        if (untold_ > 0) told_.push_back(std::to_string(untold_) + " further lines were signed by still other keys");
        return std::move(told_);
    }

private:
    // That are told by their first one.
    struct alike {
        std::uint64_t first = 0;
        std::size_t count = 0;

        void add(std::uint64_t line) {
            if (count++ == 0) first = line;
        }
        std::string more(std::string_view one, std::string_view many) const {
            if (count < 2) return {};
            return std::string(count == 2 ? one : many) + std::to_string(count - 1) + " more of this file";
        }
    };
    struct other {
        ed25519_public_key key;
        alike lines;
    };

    void add_to(const ed25519_public_key& key, std::uint64_t line) {
        const auto known = std::ranges::find(by_others_, key, &other::key);
        if (known != by_others_.end())
            known->lines.add(line);
        else if (by_others_.size() < most_told)
            by_others_.push_back({.key = key, .lines = {.first = line, .count = 1}});
        else
            ++untold_;
    }

    std::vector<std::string> told_;
    std::vector<other> by_others_;
    alike crlf_;
    std::size_t wrong_ = 0, untold_ = 0;
};

} // namespace

checkpoints_read read_checkpoints(log_lines& from, std::span<const ed25519_public_key> keys) {
    checkpoints_read out;
    wrong_lines wrong;
    std::uint64_t number = 0;
    for (std::string line; from.next(line);) {
        ++number;
        if (auto read = policy::read_checkpoint(line, keys))
            out.genuine.push_back({.line = number, .what = *std::move(read)});
        else
            wrong.add(number, read.error());
    }
    out.not_genuine = number - out.genuine.size();
    if (const auto rest = from.unfinished(); !rest.empty()) {
        if (auto read = policy::read_checkpoint(rest, keys))
            out.genuine.push_back({.line = number + 1, .what = *std::move(read)});
        else
            out.is_cut_short = true;
    }
    out.problems = std::move(wrong).told();
    return out;
}

checkpoints_read read_checkpoints(const std::filesystem::path& file, std::span<const ed25519_public_key> keys) {
    audit_reader lines(std::vector{file});
    return read_checkpoints(lines, keys);
}

} // namespace sealgate::milter
