#include "milter/audit/line_choice.hpp"

#include "milter/audit/file_tail.hpp"
#include "milter/audit/index_file.hpp"
#include "milter/audit/layout.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/postings.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

constexpr off_t read_ahead = 4096;  // of a line
constexpr std::size_t worth_it = 4; // of so many lines at most one is named; else the file is read as quickly

bool is_among(const policy::places& all, std::uint32_t at) { return std::ranges::binary_search(all, at); }

enum class fitness : std::uint8_t {
    right,
    unfit, // for this question
    wrong  // about this file
};

// One question to one file.
class chooser {
public:
    chooser(const fs::path& path, const keys::open_file& log, const policy::query& asked, policy::address_key_in_use key)
        : path_(path)
        , log_(log)
        , asked_(asked)
        , keys_(policy::keys_of(asked))
        , key_(std::move(key)) {}

    fitness choose() {
        index_file index(path_, index_file::access::read);
        const auto parts = index.parts_of(log_);
        if (!parts) return fitness::wrong;
        for (const auto& part : *parts) {
            const auto named = index.find(part, keys_);
            if (!named) return fitness::wrong;
            if (named->size() > part.lines.lines / worth_it) return fitness::unfit;
            if (const auto found = look_at(part, *named); found != fitness::right) return found;
            out_.covered = part.end;
        }
        return fitness::right;
    }

    chosen_lines take() && { return std::move(out_); }

private:
    fitness look_at(const index_part& part, const policy::places& named) {
        // A hash that the key at hand does not fit counts in each answer about people, whoever is meant.
        const auto& hashed = asked_.senders.empty() ? none_ : part.lines.hashed;
        policy::places all;
        for (const auto* some : {&named, &part.lines.always, &hashed}) all.insert(all.end(), some->begin(), some->end());
        std::ranges::sort(all);
        all.erase(std::ranges::unique(all).begin(), all.end());
        for (const auto at : all) // a disk is asked for all at once
            ::posix_fadvise(log_.descriptor(), part.begin + off_t{at}, read_ahead, POSIX_FADV_WILLNEED);
        for (const auto at : all) {
            const auto begin = part.begin + off_t{at};
            const auto line = line_at(log_.descriptor(), begin, policy::longest_record + 1, path_);
            if (!line || begin >= part.end) return fitness::wrong;
            const auto record = policy::record_in(*line);
            const bool is_always = is_among(part.lines.always, at), is_named = is_among(named, at);
            if (is_always && !counts_always(*line, record)) return fitness::wrong;
            if (is_named && !(record && policy::matches(*record, asked_))) return fitness::wrong;
            if (record) key_.see(*record);
            if (record && is_among(hashed, at) && key_.fit_for(*record) != policy::key_fit::fits) return fitness::unfit;
            if (is_always || is_named) out_.begins.push_back(begin);
        }
        return fitness::right;
    }

    static bool counts_always(const std::string& line, const std::optional<boost::json::object>& record) {
        return !record || policy::is_start(*record) || line.size() > policy::longest_indexed;
    }

    const fs::path& path_;
    const keys::open_file& log_;
    const policy::query& asked_;
    const std::vector<std::uint64_t> keys_;
    const policy::places none_ = {};
    policy::address_key_in_use key_;
    chosen_lines out_;
};

struct choice {
    fitness what = fitness::unfit;
    std::optional<chosen_lines> lines = {};
};

choice choose_lines(const fs::path& path, const keys::open_file& log, const policy::query& asked,
                    const policy::address_key_in_use& key) {
    try {
        chooser one(path, log, asked, key);
        const auto what = one.choose();
        if (what != fitness::right) return {.what = what};
        return {.what = what, .lines = std::move(one).take()};
    } catch (const keys::sqlite_error& problem) {
        return {.what = problem.trouble == keys::sqlite_trouble::broken ? fitness::wrong : fitness::right};
    } catch (const std::system_error&) { // told by whoever reads the file whole
        return {};
    }
}

} // namespace

line_choice choice_for(const policy::query& asked, const policy::address_key_in_use& key, indexing how) {
    auto part = policy::indexed_part(asked);
    if (!part) return {};
    return [part = *std::move(part), &key, how = std::move(how)](const fs::path& path,
                                                                 const keys::open_file& log) -> std::optional<chosen_lines> {
        if (is_compressed(path)) return std::nullopt; // it has no index
        auto found = choose_lines(path, log, part, key);
        const auto unread = log.status().st_size - (found.lines ? found.lines->covered : 0);
        if (found.what == fitness::unfit || unread < (grows(path) ? how.least_growth : how.least)) return found.lines;
        if (!keys::index_may_be_written(index_of(path))) return found.lines;
        if (found.what == fitness::wrong) forget_index(path);
        if (bring_index_up_to_date(path, how)) found = choose_lines(path, log, part, key);
        return found.lines;
    };
}

} // namespace sealgate::milter
