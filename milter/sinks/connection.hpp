// A connection to PostgreSQL: the only user of libpq beside settings/sink_url. It belongs to one thread, and that thread waits;
// but never longer than it was told, and not at all once it is to stop. (A name is looked up by the C library, which takes the
// time that resolv.conf gives it.)
// Tested by sinks/connection_test and e2e/test_database.py.
#pragma once

#include "milter/sinks/destination.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;

namespace sealgate::milter {

// What the server, or the way to it, said: one line.
class database_error : public std::runtime_error {
public:
    database_error(const std::string& text, std::string sqlstate)
        : std::runtime_error(text)
        , state(std::move(sqlstate)) {}

    std::string state; // SQLSTATE; empty where there was no answer
};

// What a URL does not say, libpq takes from PGHOSTADDR, PGSSLMODE and the like: a gateway goes by its own file alone. Before
// there is a second thread.
void forget_environment();

// A parameter or a cell in PostgreSQL's text form; nothing: NULL.
using database_text = std::optional<std::string>;

using database_row = std::vector<database_text>;

// A gateway's statements are short, and end; whoever reads waits as long as it takes, and can change nothing.
enum class database_use : std::uint8_t { by_gateway, by_reader };

class database_connection {
public:
    // `stop`: a descriptor that becomes readable when this is to stop; -1: none does. Throws database_error or stopped.
    database_connection(const std::string& url, int stop, std::chrono::seconds patience,
                        database_use use = database_use::by_gateway);
    ~database_connection();
    database_connection(const database_connection&) = delete;
    database_connection& operator=(const database_connection&) = delete;

    // The rows of one statement. Throws database_error or stopped; then nothing is known of what became of it.
    std::vector<database_row> ask(const char* statement, std::span<const database_text> parameters = {});

    // The rows of one statement as they come, one after the other, and their cells as octets: in PostgreSQL's binary form,
    // which of text and bytea is what they hold. Nothing else may be asked before the last one. Both throw as ask() does.
    void begin(const char* statement, std::span<const database_text> parameters = {});
    std::optional<database_row> next_row();

    // Who is told of what is sent to that channel of the database.
    void listen(const std::string& channel);
    // Suspends the thread until something else than `own` was sent there since, or it is time: false. Throws as ask() does.
    bool await_notice(std::chrono::milliseconds most, std::string_view own);

private:
    enum class cells : std::uint8_t { as_text, as_octets };

    void send(const char* statement, std::span<const database_text> parameters, cells form);
    void wait(short events, std::chrono::steady_clock::time_point until);
    bool wait_until(short events, std::chrono::steady_clock::time_point until);
    [[noreturn]] void fail(const std::string& doing);

    std::unique_ptr<pg_conn, void (*)(pg_conn*)> connection_;
    int stop_;
    std::chrono::seconds patience_;
};

// Whether PostgreSQL takes it as text.
bool is_database_text(std::string_view octets);

// 0 where there is none.
std::uint64_t number_in(const database_text& cell);

// As an array of PostgreSQL: {"a",NULL,"b"}.
std::string array_of(std::span<const database_text> elements);

} // namespace sealgate::milter
