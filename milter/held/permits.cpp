#include "milter/held/permits.hpp"

#include "keys/base/acting_as_owner.hpp"
#include "milter/journal/log.hpp"
#include "milter/protocol/release_name.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

// As the files are called, behind the token.
constexpr const char* permit_kind = ".permit";   // to be claimed
constexpr const char* claimed_kind = ".claimed"; // by the gateway
constexpr const char* refusal_kind = ".refusal"; // likewise a permit, but nothing that the gateway could claim
constexpr const char* taken_kind = ".taken";
constexpr const char* accepted_kind = ".accepted";

std::string content_of(const fs::path& file) { return keys::read_file(file, keys::largest_key_file * 16); }

} // namespace

fs::path held_permits::file(const std::string& token, const char* kind) const { return directory_ / (token + kind); }

std::unique_ptr<keys::file_lock> held_permits::lock() const {
    const keys::acting_as_owner as(directory_.parent_path());
    keys::make_private_directory(directory_);
    auto out = std::make_unique<keys::file_lock>(directory_ / "lock");
    remove_orphans();
    return out;
}

void held_permits::remove_orphans() const {
    std::vector<std::string> tokens;
    for (const auto& entry : fs::directory_iterator(directory_))
        if (const auto kind = entry.path().extension(); kind == taken_kind || kind == accepted_kind)
            tokens.push_back(entry.path().stem().string());
    for (const auto& token : tokens) {
        const auto is_there = [&](const char* kind) { return fs::exists(file(token, kind)); };
        if (!is_there(permit_kind) && !is_there(claimed_kind) && !is_there(refusal_kind)) forget(token);
    }
}

void held_permits::write(const held_permit& permit, begun_permit::purpose what) const {
    const keys::acting_as_owner as(directory_);
    const auto* kind = what == begun_permit::purpose::release ? permit_kind : refusal_kind;
    keys::replace_file(file(permit.token, kind), to_text(permit));
}

void held_permits::accept(const std::string& token) const {
    const keys::acting_as_owner as(directory_);
    keys::replace_file(file(token, accepted_kind), "");
}

// What was begun is told by the first ones: killed behind them, nothing is begun, and who comes next takes away the rest.
void held_permits::forget(const std::string& token) const {
    for (const auto* kind : {permit_kind, claimed_kind, refusal_kind, taken_kind, accepted_kind})
        keys::remove_file(file(token, kind));
}

bool held_permits::is_claimed(const std::string& token) const { return fs::exists(file(token, claimed_kind)); }

std::optional<permit_taken> held_permits::taken(const std::string& token) const {
    if (!fs::exists(file(token, taken_kind))) return std::nullopt;
    auto out = parse_taken(content_of(file(token, taken_kind)));
    if (!out) throw std::runtime_error(file(token, taken_kind).string() + ": " + out.error());
    return *std::move(out);
}

std::vector<begun_permit> held_permits::begun(std::vector<std::string>& problems) const {
    std::vector<begun_permit> out;
    if (!fs::exists(directory_)) return out;
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const auto kind = entry.path().extension();
        if (kind != permit_kind && kind != claimed_kind && kind != refusal_kind) continue;
        auto permit = parse_permit(content_of(entry.path()));
        const auto token = entry.path().stem().string();
        if (permit && permit->token != token) permit = std::unexpected("it is of another token");
        if (!permit) {
            problems.push_back(entry.path().string() + ": " + permit.error() + "; it is left alone");
            continue;
        }
        using enum begun_permit::purpose;
        out.push_back({.what = kind == refusal_kind ? refusal : release,
                       .permit = *std::move(permit),
                       .is_claimed = kind == claimed_kind,
                       .is_accepted = fs::exists(file(token, accepted_kind)),
                       .taken = taken(token)});
    }
    std::ranges::sort(out, {}, [](const begun_permit& one) { return one.permit.begun; });
    return out;
}

void held_permits::claim(const std::string& token) {
    try {
        std::error_code gone;
        if (!is_release_token(token)) return;
        fs::rename(file(token, permit_kind), file(token, claimed_kind), gone);
        if (gone) return;
        auto permit = parse_permit(content_of(file(token, claimed_kind)));
        if (!permit || permit->token != token) return;
        const std::lock_guard lock(mutex_);
        claimed_.insert_or_assign(token, *std::move(permit));
    } catch (const std::exception& problem) {
        log_warning(std::string("a permit to release a held mail cannot be read: ") + problem.what());
    }
}

std::optional<held_permit> held_permits::use(const std::string& token) {
    const std::lock_guard lock(mutex_);
    auto node = claimed_.extract(token);
    return node.empty() ? std::nullopt : std::optional(std::move(node.mapped()));
}

void held_permits::take(const std::string& token, const permit_taken& taken) const {
    keys::replace_file(file(token, taken_kind), to_text(taken));
}

} // namespace sealgate::milter
