// What came of looking for certificates, and when to look again: kept over restarts, and thrown away without harm.
//
// What was found is looked for again after `refresh`; what nobody has, after an hour, doubled each time up to a day; a lookup
// that failed, after a minute, doubled up to a quarter of an hour, or when the server says. A dozen failures of a Web Key
// Directory in a row say that there is nobody to ask. Questions are about addresses, and of silent_domains about domains. In
// memory for those who ask, on disk (SQLite) for the next start; a disk that does not take it is told of once. Any thread.
#pragma once

#include "milter/discovery/lookup_outcome.hpp"
#include "policy/rules/vocabulary.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sealgate::milter {

struct lookup_answer {
    lookup_outcome what{};
    std::chrono::sys_seconds asked;
    std::chrono::sys_seconds again; // until then nobody is asked
    unsigned in_a_row = 1;          // answers of this kind
};

// How long an answer is believed. `retry_after`: what the server said.
std::chrono::seconds believed_for(lookup_outcome what, unsigned in_a_row, std::chrono::seconds refresh,
                                  std::optional<std::chrono::seconds> retry_after);

class lookup_answers {
public:
    static constexpr std::size_t most = 100'000;  // addresses; of more, what is old goes first
    static constexpr unsigned most_failures = 12; // in a row: two hours of them, at least

    explicit lookup_answers(std::filesystem::path file);

    // `address_key`: as policy::address::key() gives it.
    static std::string question_of(policy::key_source source, std::string_view address_key);

    // What is still believed. A clock that was set back believes nothing of its future.
    std::optional<lookup_answer> find(const std::string& question, std::chrono::sys_seconds now) const;
    // Blocks on the disk. What it counts as.
    lookup_outcome put(const std::string& question, lookup_outcome what, std::chrono::seconds refresh,
                       std::optional<std::chrono::seconds> retry_after, std::chrono::sys_seconds now);
    // As if it had never been asked. Blocks on the disk where it was.
    void forget(const std::string& question);

private:
    void read();
    void forget_old();
    void try_disk(const std::function<void()>& work);
    void write(const std::string& question, const lookup_answer& answer);
    void complain(const std::string& problem);
    void make_room(std::chrono::sys_seconds now);

    std::filesystem::path file_;
    mutable std::mutex mutex_; // of the answers
    std::unordered_map<std::string, lookup_answer> answers_;
    std::mutex writing_;
    bool told_ = false;
};

} // namespace sealgate::milter
