#include "policy/report/svg.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

using html::markup;
using html::writer;

// Heights in CSS pixels; widths in percent, so that text keeps its size at any width.
constexpr double flags_height = 18, plot_height = 200, ticks_height = 22;
constexpr double floor_y = flags_height + plot_height;
constexpr double scale_width = 44;
constexpr double widest_column = 12;  // percent
constexpr double narrowest_tick = 22; // percent between ticks: enough for "28 Oct 2026" on a phone
constexpr double narrowest_flag = 6;  // percent between flags

markup class_of(series_look drawn) {
    switch (drawn) {
    case series_look::deliver: return "o-deliver";
    case series_look::warn: return "o-warn";
    case series_look::seal: return "o-seal";
    case series_look::hold: return "o-hold";
    case series_look::reject: return "o-reject";
    case series_look::defer: return "o-defer";
    case series_look::watched: return "o-watched";
    case series_look::k0: return "k-0";
    case series_look::k1: return "k-1";
    case series_look::k2: return "k-2";
    case series_look::k3: return "k-3";
    case series_look::k4: return "k-4";
    case series_look::k5: return "k-5";
    case series_look::k6: return "k-6";
    }
    return "";
}

// 1, 2 or 5 times a power of ten: about four lines up to the highest column.
std::uint64_t grid_step(std::uint64_t highest) {
    for (std::uint64_t power = 1;; power *= 10)
        for (const std::uint64_t digit : {1, 2, 5})
            if (digit * power * 4 >= highest || power > highest) return digit * power;
}

class column_drawing {
public:
    column_drawing(writer& to, const column_chart& chart)
        : out_(to)
        , chart_(chart)
        , slot_(std::min(100.0 / static_cast<double>(std::max<std::size_t>(chart.columns.size(), 1)), widest_column)) {
        std::uint64_t highest = 1;
        for (const auto& column : chart.columns) highest = std::max(highest, column.total());
        step_ = grid_step(highest);
        top_ = (highest + step_ - 1) / step_ * step_;
    }

    void draw() {
        out_.raw("<div class=\"chart\">\n");
        draw_scale();
        out_.raw("<svg class=\"columns\" width=\"100%\" height=\"").decimal(floor_y + ticks_height);
        out_.raw("\" role=\"img\" aria-labelledby=\"").text(chart_.id).raw("-title ").text(chart_.id).raw("-desc\">");
        out_.raw("<title id=\"").text(chart_.id).raw("-title\">").text(chart_.title).raw("</title>");
        out_.raw("<desc id=\"").text(chart_.id).raw("-desc\">").text(chart_.description).raw("</desc>\n");
        draw_lines();
        for (std::size_t i = 0; i < chart_.columns.size(); ++i) draw_column(i);
        draw_marks();
        draw_ticks();
        out_.raw("</svg>\n</div>\n");
    }

private:
    double y_of(double value) const { return floor_y - plot_height * value / static_cast<double>(top_); }

    void line_at(double y, markup kind) {
        out_.raw("<line class=\"")
            .raw(kind)
            .raw("\" x1=\"0\" x2=\"100%\" y1=\"")
            .decimal(y)
            .raw("\" y2=\"")
            .decimal(y)
            .raw("\"/>");
    }

    void draw_lines() {
        for (auto value = step_; value <= top_; value += step_) line_at(y_of(static_cast<double>(value)), "grid");
        line_at(floor_y, "axis");
        out_.raw("\n");
    }

    // Beside the columns, so that it keeps its width where they get narrow.
    void draw_scale() {
        out_.raw("<svg class=\"scale\" width=\"").decimal(scale_width).raw("\" height=\"").decimal(floor_y + ticks_height);
        out_.raw("\" aria-hidden=\"true\">");
        for (std::uint64_t value = 0; value <= top_; value += step_) {
            out_.raw("<text x=\"")
                .decimal(scale_width - 6)
                .raw("\" y=\"")
                .decimal(y_of(static_cast<double>(value)) + 4)
                .raw("\">");
            out_.count(value).raw("</text>");
        }
        out_.raw("</svg>\n");
    }

    void draw_column(std::size_t number) {
        const auto& column = chart_.columns[number];
        const double x = slot_ * (static_cast<double>(number) + 0.1), width = slot_ * 0.8;
        double y = floor_y;
        for (std::size_t i = 0; i < column.values.size(); ++i) {
            if (column.values[i] == 0) continue;
            // What happened once shows, also beside what happened a thousand times.
            const double height =
                std::max(1.5, plot_height * static_cast<double>(column.values[i]) / static_cast<double>(top_));
            y -= height;
            const double seam = height > 4 ? 1 : 0; // tells neighbours apart without a colour
            out_.raw("<rect class=\"")
                .raw(class_of(chart_.series[i].drawn))
                .raw("\" x=\"")
                .decimal(x)
                .raw("%\" y=\"")
                .decimal(y);
            out_.raw("\" width=\"").decimal(width).raw("%\" height=\"").decimal(height - seam).raw("\"><title>");
            out_.text(column.name)
                .raw(": ")
                .text(chart_.series[i].name)
                .raw(" ")
                .count(column.values[i])
                .raw("</title></rect>");
        }
        out_.raw("\n");
    }

    void draw_marks() {
        double last_flag = -100;
        for (std::size_t i = 0; i < std::min(chart_.marks.size(), most_marks); ++i) {
            const auto& mark = chart_.marks[i];
            const double x = slot_ * mark.at;
            out_.raw("<line class=\"mark\" x1=\"")
                .decimal(x)
                .raw("%\" x2=\"")
                .decimal(x)
                .raw("%\" y1=\"")
                .decimal(flags_height - 2);
            out_.raw("\" y2=\"").decimal(floor_y).raw("\"><title>").text(mark.name).raw("</title></line>");
            if (x < last_flag + narrowest_flag) continue;
            last_flag = x;
            draw_label(x, 12, "flag", mark.flag);
        }
        out_.raw("\n");
    }

    void draw_ticks() {
        double last = -100;
        for (std::size_t i = 0; i < chart_.columns.size(); ++i) {
            const double x = slot_ * (static_cast<double>(i) + 0.5);
            if (x < last + narrowest_tick) continue;
            last = x;
            draw_label(x, floor_y + 16, "tick", chart_.columns[i].tick);
        }
        out_.raw("\n");
    }

    // Near an edge it is set from there, so that none of it is cut.
    void draw_label(double x, double y, markup kind, const std::string& label) {
        out_.raw("<text class=\"").raw(kind).raw(x < 4 ? markup(" first") : x > 96 ? markup(" last") : markup(""));
        out_.raw("\" x=\"")
            .decimal(x < 4    ? 0
                     : x > 96 ? 100
                              : x)
            .raw("%\" y=\"")
            .decimal(y)
            .raw("\">")
            .text(label)
            .raw("</text>");
    }

    writer& out_;
    const column_chart& chart_;
    double slot_; // percent a column
    std::uint64_t step_ = 1, top_ = 1;
};

} // namespace

void draw(writer& to, const column_chart& chart) { column_drawing(to, chart).draw(); }

void draw_swatch(writer& to, series_look drawn) {
    to.raw("<svg class=\"swatch\" width=\"16\" height=\"16\" aria-hidden=\"true\"><rect class=\"").raw(class_of(drawn));
    to.raw("\" width=\"16\" height=\"16\"/></svg>");
}

void draw_bar(writer& to, const std::vector<bar_part>& parts) {
    to.raw("<svg class=\"bar\" width=\"100%\" height=\"14\" aria-hidden=\"true\">");
    double x = 0;
    for (const auto& part : parts) {
        if (part.share <= 0) continue;
        to.raw("<rect class=\"").raw(class_of(part.drawn)).raw("\" x=\"").decimal(x * 100).raw("%\" width=\"");
        to.decimal(std::min(part.share, 1.0) * 100).raw("%\" height=\"14\"/>");
        x += part.share;
    }
    to.raw("</svg>");
}

void draw_patterns(writer& to) {
    to.raw(R"(<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>
<pattern id="p-lines" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="fill" width="4" height="4"/><path d="M0 .5h4"/></pattern>
<pattern id="p-hatch" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="fill" width="6" height="6"/><path d="M-1 1l2-2M0 6L6 0M5 7l2-2"/></pattern>
<pattern id="p-dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="fill" width="6" height="6"/><circle cx="2" cy="2" r="1.1"/><circle cx="5" cy="5" r="1.1"/></pattern>
<pattern id="p-watched" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="fill" width="6" height="6"/><path d="M-1 5l2 2M0 0L6 6M5-1l2 2"/></pattern>
<pattern id="p-k1" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="fill" width="6" height="6"/><path d="M-1 5l2 2M0 0L6 6M5-1l2 2"/></pattern>
<pattern id="p-k3" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="fill" width="4" height="4"/><path d="M.5 0v4"/></pattern>
<pattern id="p-k5" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="fill" width="6" height="6"/><path d="M0 .5h6M.5 0v6"/></pattern>
</defs></svg>
)");
}

} // namespace sealgate::policy
