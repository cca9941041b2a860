#include "keys/store/listing.hpp"

#include "keys/base/file_state.hpp"
#include "keys/certificates/lookup.hpp"

#include <algorithm>
#include <chrono>
#include <sys/stat.h>
#include <system_error>

namespace sealgate::keys {

namespace {

// Longer than a file system's tick.
constexpr std::chrono::milliseconds tick{1000};

} // namespace

std::filesystem::path certificate_file(const std::filesystem::path& directory, const std::string& fingerprint) {
    return directory / (fingerprint + ".pgp");
}

std::filesystem::path disabled_marker(const std::filesystem::path& directory, const std::string& fingerprint) {
    return directory / (fingerprint + ".disabled");
}

std::filesystem::path lock_of_store(const std::filesystem::path& directory) { return directory / ".lock"; }

store_listing list_store(const std::filesystem::path& directory) {
    store_listing out{.fingerprints = {}, .disabled = {}, .stamp = stamp_of(directory)};
    std::error_code problem;
    const std::filesystem::directory_iterator entries(directory, problem);
    if (problem == std::errc::no_such_file_or_directory) return out;
    if (problem) throw std::system_error(problem, "cannot read " + directory.string());
    out.is_there = true;
    for (const auto& entry : entries) {
        const auto& file = entry.path();
        const auto name = file.stem().string();
        std::error_code unknown; // what can't be told, or is a directory, is said when it is read
        const bool may_be_read = entry.is_regular_file(unknown) || unknown || entry.is_directory(unknown);
        out.has_lock = out.has_lock || file == lock_of_store(directory);
        if (canonical_fingerprint(name) != name || name.empty()) continue;
        if (may_be_read && file.extension() == ".pgp") out.fingerprints.push_back(name);
        if (file.extension() == ".disabled") out.disabled.push_back(name);
    }
    std::ranges::sort(out.fingerprints);
    std::ranges::sort(out.disabled);
    return out;
}

std::string stamp_of(const struct ::stat& status) {
    const auto state = state_of(status);
    const auto age = std::chrono::system_clock::now().time_since_epoch() - std::chrono::nanoseconds(state.changed);
    if (age < tick) return {};
    std::string out;
    for (const auto part : {static_cast<std::int64_t>(status.st_dev), state.inode, state.size, state.written, state.changed})
        out.append(std::to_string(part)) += ' ';
    return out;
}

std::string stamp_of(const std::filesystem::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? stamp_of(status) : std::string{};
}

} // namespace sealgate::keys
