// What was agreed last: kept, and read in the order of the rows.
#include "keys/base/files.hpp"
#include "milter/agreement/book.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;

TEST(AgreementBook, KeepsWhatWasAgreed) {
    const keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    const auto file = scratch.path() / "agreed.sqlite";
    {
        agreement_book book(file);
        EXPECT_EQ(book.of("b"), agreed());
        book.put({{.row = "b", .kind = "pin", .name = "bob@example.org", .what = {.revision = 1, .digest = "1"}},
                  {.row = "a", .kind = "pin", .name = "ann@example.org", .what = {.revision = 7, .digest = ""}},
                  {.row = "c", .kind = "binding", .name = "@example.org", .what = {.revision = 2, .digest = "2"}}});
        book.put({{.row = "b",
                   .kind = "pin",
                   .name = "bob@example.org",
                   .what = {.revision = 2, .digest = "3", .seal = "4", .offered = 3, .offered_seal = "5"}}});
    }
    agreement_book book(file);
    EXPECT_EQ(book.of("b"), (agreed{.revision = 2, .digest = "3", .seal = "4", .offered = 3, .offered_seal = "5"}));
    std::vector<std::string> rows;
    for (auto all = book.read(); const auto one = all.next();) rows.push_back(one->row + " " + one->kind + " " + one->name);
    EXPECT_THAT(rows, ElementsAre("a pin ann@example.org", "b pin bob@example.org", "c binding @example.org"));
    EXPECT_THAT(book.names_of("pin"), ElementsAre("ann@example.org", "bob@example.org"));
    book.forget({"b"});
    EXPECT_EQ(book.of("b"), agreed());
}

TEST(AgreementBook, ADamagedOneIsMadeAnew) {
    const keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    const auto file = scratch.path() / "agreed.sqlite";
    agreement_book(file).put({{.row = "b", .kind = "pin", .name = "bob@example.org", .what = {.revision = 1}}});
    keys::replace_file(file, std::string(5000, 'x'));
    agreement_book book(file);
    EXPECT_EQ(book.of("b"), agreed());
    book.put({{.row = "b", .kind = "pin", .name = "bob@example.org", .what = {.revision = 1}}});
    EXPECT_EQ(book.of("b").revision, 1u);
}

} // namespace
} // namespace sealgate::milter
