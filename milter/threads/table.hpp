// Which mails are known to be sensitive: keyed hashes of their Message-IDs, each with the classification's name, as they are
// held in memory and written to state/threads/memory (contrib/design/threads_format.md).
//
// A mail of our own is known as what it left as. One of others is known for answering such a mail, and never changes what is
// known already. Bounded by number: the oldest beyond most_known goes; others' mails are bounded by themselves, so that whoever
// sends many makes none of ours forgotten. What is older than a year goes too, but never most of all at once: what is forgotten
// leaves in clear, and a clock may be wrong. For the same reason nothing is dated before what is known already. A time to come,
// of a clock that was ahead, only lives longer. Pure; about 30 octets of memory a mail.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

enum class whose_mail : std::uint8_t { ours, others };

class thread_table {
public:
    static constexpr std::size_t most_known = 500'000; // of ours, and as many of others
    static constexpr std::chrono::days kept{365};

    // `key`: octets that nobody can guess.
    explicit thread_table(std::string key, std::size_t most = most_known)
        : key_(std::move(key))
        , most_(most) {}

    // The names under which these mails are known, each once.
    std::vector<std::string> find(const std::vector<std::string>& ids) const;

    // From now on they are known as that. Returns the lines that say so in the file; nothing where nothing is new.
    std::string add(const std::vector<std::string>& ids, std::string_view name, whose_mail whose, std::chrono::sys_seconds now);

    // The file: its first line, which tells the format and the key, and all that is known.
    std::string first_line() const;
    std::string whole() const;

    // Takes one further line of a file, as old as it may be. False where it is none.
    bool take(std::string_view line);

    std::size_t size() const { return known_.size(); }

private:
    struct hash {
        std::uint64_t high, low;
        auto operator<=>(const hash&) const = default;
    };
    struct hash_of_hash {
        std::size_t operator()(const hash& one) const { return one.low; }
    };
    struct entry {
        std::uint32_t at; // seconds since 1970
        std::uint16_t name;
        whose_mail whose;
    };

    static std::optional<hash> hash_in(std::string_view hex_digits);
    static std::string line_of(const hash& who, const entry& what, std::string_view name);
    hash hash_of(std::string_view id) const;
    std::uint16_t index_of(std::string_view name);
    void put(const hash& who, const entry& what);
    void forget(std::chrono::sys_seconds now);
    void forget_oldest(whose_mail whose);
    std::size_t& count(whose_mail whose) { return whose == whose_mail::ours ? ours_ : others_; }

    std::string key_;
    std::size_t most_;
    std::vector<std::string> names_;
    boost::unordered_flat_map<hash, entry, hash_of_hash> known_;
    std::size_t ours_ = 0, others_ = 0;
    std::uint32_t newest_ = 0;          // seconds since 1970
    std::chrono::sys_seconds looked_{}; // for what is too old
};

} // namespace sealgate::milter
