#include "milter/doctor/file_findings.hpp"

#include "milter/installation/service_unit.hpp"
#include "milter/service/secret_files.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <grp.h>
#include <iterator>
#include <unistd.h>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
using enum finding_kind;

std::string group_of(const account& who) {
    const auto* entry = ::getgrgid(who.group);
    return entry == nullptr ? std::to_string(who.group) : entry->gr_name;
}

// The first directory on the way that the user may not pass, or the file.
fs::path blocks(const account& who, const fs::path& file) {
    fs::path way;
    for (const auto& part : file) {
        way /= part;
        if (way != file && access_as(who, way, X_OK) != 0) return way;
    }
    return file;
}

void need_to_read(const examined& of, const fs::path& file, findings& to) {
    const auto whole = fs::absolute(file).lexically_normal();
    std::error_code unseen;
    if (!fs::exists(whole, unseen)) return; // that is said where it is named
    const bool is_directory = fs::is_directory(whole, unseen);
    const int problem = access_as(of.gateway_user, whole, is_directory ? R_OK | X_OK : R_OK);
    if (problem == 0) return;
    const auto blocked = blocks(of.gateway_user, whole);
    const auto quoted = shell_quoted(blocked.string());
    to.push_back({.kind = file_unreadable,
                  .what = of.gateway_user.name + ", as whom the gateway runs, may not read it: " + std::strerror(problem),
                  .where = whole.string(),
                  .mend = "chgrp " + group_of(of.gateway_user) + " " + quoted + " && chmod g+r" +
                          (fs::is_directory(blocked, unseen) ? "x " : " ") + quoted});
}

std::string make_own_secret(const examined& of, const std::string& file) {
    return "chown " + of.gateway_user.name + " " + shell_quoted(file) + " && chmod 0600 " + shell_quoted(file);
}

// It alone may read them: auditors are in its group.
void find_secrets(const examined& of, findings& to) {
    const auto& key = of.gateway.audit.address_key;
    std::error_code unseen;
    const bool is_there = !key.empty() && fs::exists(key, unseen);
    if (const int problem = is_there ? access_as(of.gateway_user, key, R_OK) : 0; problem != 0)
        to.push_back({.kind = file_unreadable,
                      .what = of.gateway_user.name + ", as whom the gateway runs, may not read it: " + std::strerror(problem),
                      .where = key,
                      .mend = make_own_secret(of, key)});
    for (const auto& file : exposed_secret_files(of.gateway))
        to.push_back({.kind = secret_exposed,
                      .what = "is a secret key, and others than its owner may read it",
                      .where = file,
                      .mend = make_own_secret(of, file)});
}

void need_to_write(const examined& of, const fs::path& directory, findings& to) {
    const auto whole = fs::absolute(directory).lexically_normal();
    std::error_code unseen;
    if (!fs::exists(whole, unseen)) return;
    const int problem = access_as(of.gateway_user, whole, W_OK | X_OK);
    if (problem == 0) return;
    const auto quoted = shell_quoted(whole.string());
    to.push_back(
        {.kind = directory_unwritable,
         .what = of.gateway_user.name + ", as whom the gateway runs, may not write there: " + std::strerror(problem),
         .where = whole.string(),
         .mend = problem == EROFS ? "" : "chown " + of.gateway_user.name + " " + quoted + " && chmod u+rwx " + quoted});
}

std::vector<fs::path> directories_written(const config& gateway) {
    std::vector<fs::path> out;
    for (const auto& one : gateway.directories_written()) out.emplace_back(one);
    if (!gateway.audit.checkpoints.empty()) out.push_back(fs::path(gateway.audit.checkpoints).parent_path());
    for (const auto& one : gateway.listen)
        if (const auto* local = std::get_if<unix_endpoint>(&one)) out.push_back(fs::path(local->path).parent_path());
    return out;
}

// ProtectSystem=strict leaves these alone open.
void find_closed_by_unit(const std::vector<fs::path>& written, findings& to) {
    const auto said = unit_property("ReadWritePaths");
    if (said.empty() || unit_property("ProtectSystem") != "strict") return;
    auto open = split_list(said);
    for (auto& one : open)
        while (one.starts_with('-') || one.starts_with('+')) one.erase(0, 1);
    std::ranges::move(directories_of_unit(), std::back_inserter(open));
    for (const auto& directory : written) {
        const auto whole = fs::absolute(directory).lexically_normal().string();
        if (lies_in(whole, open)) continue;
        const auto file = "/etc/systemd/system/sealgate.service.d/paths.conf";
        to.push_back({.kind = unit_read_only,
                      .what = "the unit lets the gateway write nowhere but where it says (ReadWritePaths): not in " + whole,
                      .where = "sealgate.service",
                      .mend = "mkdir -p /etc/systemd/system/sealgate.service.d && printf '[Service]\\nReadWritePaths=%s\\n' " +
                              shell_quoted(whole) + " >> " + file +
                              " && systemctl daemon-reload && systemctl restart sealgate"});
    }
}

} // namespace

findings file_findings(const examined& of) {
    findings out;
    if (of.gateway.state.empty()) return out;
    need_to_read(of, of.config_path, out);
    need_to_read(of, of.gateway.policy_path, out);
    std::error_code unseen;
    for (const auto& beside : fs::directory_iterator(fs::path(of.gateway.policy_path).parent_path(), unseen))
        if (beside.path().extension() == ".txt" || beside.path().filename() == "texts") need_to_read(of, beside.path(), out);
    find_secrets(of, out);
    const auto written = directories_written(of.gateway);
    for (const auto& one : written) need_to_write(of, one, out);
    find_closed_by_unit(written, out);
    return out;
}

} // namespace sealgate::milter
