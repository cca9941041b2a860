#include "milter/audit/layout.hpp"

#include "policy/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "audit-";
constexpr std::string_view suffix = ".jsonl";
constexpr std::string_view compressed_suffix = ".zst";
constexpr std::string_view index_suffix = ".index";
constexpr std::string_view written = "audit.jsonl";
constexpr std::string_view tree_prefix = "tree-";
constexpr std::string_view tree_suffix = ".hashes";

// Between the two.
std::optional<std::uint64_t> number_in(std::string_view name, std::string_view before, std::string_view behind) {
    if (!name.starts_with(before) || !name.ends_with(behind) || name.size() < before.size() + behind.size())
        return std::nullopt;
    return text::whole_number(name.substr(before.size(), name.size() - before.size() - behind.size()));
}

std::optional<std::uint64_t> first_record_in(std::string_view name) {
    if (name.ends_with(compressed_suffix)) name.remove_suffix(compressed_suffix.size());
    return number_in(name, prefix, suffix);
}

} // namespace

fs::path written_log(const fs::path& directory) { return directory / written; }

fs::path rotated_log(const fs::path& directory, std::uint64_t first_record) {
    return directory / fmt::format("{}{:012}{}", prefix, first_record, suffix);
}

fs::path found_log(const fs::path& directory, std::uint64_t record, unsigned copy) {
    return directory / fmt::format("found-{:012}{}{}", record, copy > 1 ? fmt::format("-{}", copy) : "", suffix);
}

fs::path index_of(const fs::path& log) {
    auto out = log;
    return out.replace_extension(index_suffix);
}

fs::path tree_beginning_with(const fs::path& directory, std::uint64_t first_record) {
    return directory / fmt::format("{}{:012}{}", tree_prefix, first_record, tree_suffix);
}

std::optional<std::uint64_t> last_tree(const fs::path& directory, std::uint64_t most) {
    std::optional<std::uint64_t> out;
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(directory, problem))
        if (const auto first = number_in(entry.path().filename().string(), tree_prefix, tree_suffix); first && *first <= most)
            out = std::max(out.value_or(0), *first);
    return out;
}

std::optional<std::uint64_t> first_record_named(const fs::path& log) { return first_record_in(log.filename().string()); }

bool is_compressed(const fs::path& log) { return log.extension() == compressed_suffix; }

std::vector<fs::path> names_of_rotated_log(const fs::path& directory, std::uint64_t first_record) {
    const auto plain = rotated_log(directory, first_record);
    auto compressed = plain;
    compressed += compressed_suffix;
    return {compressed, plain, index_of(plain)};
}

bool has_rotated_log(const fs::path& directory, std::uint64_t first_record) {
    const auto names = names_of_rotated_log(directory, first_record);
    return fs::exists(fs::symlink_status(names[0])) || fs::exists(fs::symlink_status(names[1]));
}

bool grows(const fs::path& log) { return log.filename() == written; }

std::vector<fs::path> stray_indexes(const fs::path& directory) {
    std::vector<fs::path> out;
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(directory, problem)) {
        auto log = entry.path();
        if (log.extension() != index_suffix) continue;
        log.replace_extension(suffix);
        const bool is_ours = grows(log) || first_record_named(log);
        if (is_ours && !fs::exists(fs::symlink_status(log))) out.push_back(entry.path());
    }
    return out;
}

std::vector<fs::path> log_files(const fs::path& directory) {
    std::error_code error;
    const fs::directory_iterator entries(directory, error);
    if (error == std::errc::no_such_file_or_directory) return {};
    if (error) throw std::system_error(error, "cannot look into " + directory.string());
    std::vector<std::pair<std::uint64_t, fs::path>> rotated;
    for (const auto& entry : entries)
        if (const auto first = first_record_named(entry.path())) rotated.emplace_back(*first, entry.path());
    std::ranges::sort(rotated); // the shorter name first
    const auto twice = std::ranges::unique(rotated, {}, [](const auto& one) { return one.first; });
    rotated.erase(twice.begin(), twice.end());
    std::vector<fs::path> out;
    for (auto& [first, path] : rotated) out.push_back(std::move(path));
    std::error_code unclear; // a link that leads in a circle
    if (auto last = written_log(directory); fs::exists(last, unclear)) out.push_back(std::move(last));
    return out;
}

} // namespace sealgate::milter
