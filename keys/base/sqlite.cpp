#include "keys/base/sqlite.hpp"

#include "keys/base/files.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sealgate::keys {

namespace {

constexpr int patience = 1000, patience_of_readers = 100; // milliseconds

[[noreturn]] void fail(sqlite3* database) {
    using enum sqlite_trouble;
    if (database == nullptr) throw sqlite_error("no memory for a database", other);
    const int code = sqlite3_errcode(database);
    // SQLITE_ERROR: a statement does not fit what stands there, which another version has made.
    const bool is_broken = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
    throw sqlite_error(sqlite3_errmsg(database), is_broken ? broken : code == SQLITE_BUSY ? busy : other);
}

void require(int result, sqlite3* database) {
    if (result != SQLITE_OK) fail(database);
}

// SQLITE_OPEN_NOFOLLOW refuses a link anywhere in the path.
std::filesystem::path with_real_directory(const std::filesystem::path& file) {
    if (file.empty()) return file;
    std::error_code problem;
    const auto directory = std::filesystem::canonical(file.has_parent_path() ? file.parent_path() : ".", problem);
    return problem ? file : directory / file.filename();
}

} // namespace

sqlite_statement::sqlite_statement(sqlite3_stmt* made)
    : statement_(made) {}

void sqlite_statement::finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

sqlite_statement& sqlite_statement::bind(int parameter, std::string_view text) {
    require(sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8),
            sqlite3_db_handle(statement_.get()));
    return *this;
}

sqlite_statement& sqlite_statement::bind(int parameter, std::int64_t number) {
    require(sqlite3_bind_int64(statement_.get(), parameter, number), sqlite3_db_handle(statement_.get()));
    return *this;
}

sqlite_statement& sqlite_statement::bind(int parameter, std::chrono::sys_seconds time) {
    return bind(parameter, std::int64_t{time.time_since_epoch().count()});
}

sqlite_statement& sqlite_statement::bind_octets(int parameter, std::string_view octets) {
    const char* from = octets.empty() ? "" : octets.data(); // a null pointer would be NULL, which is no octets
    require(sqlite3_bind_blob64(statement_.get(), parameter, from, octets.size(), SQLITE_STATIC),
            sqlite3_db_handle(statement_.get()));
    return *this;
}

bool sqlite_statement::step() {
    const int result = sqlite3_step(statement_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE) fail(sqlite3_db_handle(statement_.get()));
    return result == SQLITE_ROW;
}

void sqlite_statement::reset() { sqlite3_reset(statement_.get()); }

std::string_view sqlite_statement::text(int column) const {
    const auto* octets = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    return {octets, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t sqlite_statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::chrono::sys_seconds sqlite_statement::time(int column) const {
    return std::chrono::sys_seconds(std::chrono::seconds(number(column)));
}

sqlite_database::sqlite_database(const std::filesystem::path& file, access wanted) {
    sqlite3* raw = nullptr;
    const int flags = wanted == access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int result = sqlite3_open_v2(with_real_directory(file).c_str(), &raw,
                                       flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOFOLLOW, nullptr);
    database_.reset(raw);
    require(result, raw);
    require(sqlite3_busy_timeout(raw, wanted == access::write ? patience : patience_of_readers), raw);
    require(sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr), raw);
    require(sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr), raw);
}

void sqlite_database::close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

void sqlite_database::run(const char* statements) {
    require(sqlite3_exec(database_.get(), statements, nullptr, nullptr, nullptr), database_.get());
}

sqlite_statement sqlite_database::prepare(const char* statement) {
    sqlite3_stmt* raw = nullptr;
    require(sqlite3_prepare_v2(database_.get(), statement, -1, &raw, nullptr), database_.get());
    return sqlite_statement(raw);
}

void sqlite_database::take_all_of(sqlite_database& other) {
    sqlite3_backup* copying = sqlite3_backup_init(database_.get(), "main", other.database_.get(), "main");
    if (copying == nullptr) fail(database_.get());
    constexpr int all_pages = -1;
    const int result = sqlite3_backup_step(copying, all_pages);
    const int finished = sqlite3_backup_finish(copying);
    if (result == SQLITE_BUSY || result == SQLITE_LOCKED) throw sqlite_error("it is written just now", sqlite_trouble::busy);
    require(finished, database_.get());
}

sqlite_database private_database(const std::filesystem::path& file) {
    if (!index_may_be_read(file)) open_file(file, O_RDWR | O_CREAT | O_NOFOLLOW);
    return {file, sqlite_database::access::write};
}

sqlite_database own_database(const std::filesystem::path& file, const char* form) {
    make_private_directory(file.parent_path());
    if (!index_may_be_written(file))
        throw sqlite_error(file.string() + " is for the owner of its directory to write", sqlite_trouble::other);
    auto out = private_database(file);
    out.run(form);
    return out;
}

bool index_may_be_read(const std::filesystem::path& file) {
    struct stat found {};
    return ::lstat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

bool index_may_be_written(const std::filesystem::path& file) {
    struct stat directory {};
    return ::stat(file.parent_path().c_str(), &directory) == 0 && directory.st_uid == ::geteuid();
}

} // namespace sealgate::keys
