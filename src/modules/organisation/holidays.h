// Public holidays that a company may begin with, by country. They become records like any other and are edited there.
//
// Viet Nam: Labour Code 2019 (45/2019/QH14), article 112: New Year's Day, five days of Tết, the Hùng Kings' day (10th of
// the third lunar month), 30 April, 1 May, two days of the National Day; article 111(3): a holiday on a weekly day of rest
// is made up for on the next working day. 24 November: Resolution 80-NQ/TW of 7 January 2026. Lunar days by Viet Nam's
// own calendar (UTC+7). Of 2026 the days are those announced by the Ministry of Home Affairs (31 August was worked in
// advance on 22 August by offices of the state alone and is not among them). For 2027 Tết and the second day of the
// National Day stand as they were arranged in years that lie alike (2024: the first day of Tết a Saturday; 2021: 2 September a
// Thursday); the government announces them in the autumn before.
#pragma once
#include <string_view>

namespace fairlead::organisation {

struct PublicHoliday {
    std::string_view country, day, english, vietnamese;
};

inline constexpr PublicHoliday public_holidays[] = {
    {"VN", "2026-01-01", "New Year's Day", "Tết Dương lịch"},
    {"VN", "2026-02-16", "Tết, New Year's Eve", "Tết Nguyên đán, 29 tháng Chạp"},
    {"VN", "2026-02-17", "Tết, first day", "Tết Nguyên đán, mùng 1"},
    {"VN", "2026-02-18", "Tết, second day", "Tết Nguyên đán, mùng 2"},
    {"VN", "2026-02-19", "Tết, third day", "Tết Nguyên đán, mùng 3"},
    {"VN", "2026-02-20", "Tết, fourth day", "Tết Nguyên đán, mùng 4"},
    {"VN", "2026-04-26", "Hùng Kings' Commemoration Day", "Giỗ Tổ Hùng Vương"},
    {"VN", "2026-04-27", "Day off for the Hùng Kings' Commemoration Day", "Nghỉ bù Giỗ Tổ Hùng Vương"},
    {"VN", "2026-04-30", "Reunification Day", "Ngày Chiến thắng"},
    {"VN", "2026-05-01", "International Labour Day", "Ngày Quốc tế Lao động"},
    {"VN", "2026-09-01", "National Day, day before", "Quốc khánh, ngày liền trước"},
    {"VN", "2026-09-02", "National Day", "Quốc khánh"},
    {"VN", "2026-11-24", "Vietnam Culture Day", "Ngày Văn hóa Việt Nam"},
    {"VN", "2027-01-01", "New Year's Day", "Tết Dương lịch"},
    {"VN", "2027-02-04", "Tết, day before New Year's Eve", "Tết Nguyên đán, 28 tháng Chạp"},
    {"VN", "2027-02-05", "Tết, New Year's Eve", "Tết Nguyên đán, 29 tháng Chạp"},
    {"VN", "2027-02-06", "Tết, first day", "Tết Nguyên đán, mùng 1"},
    {"VN", "2027-02-07", "Tết, second day", "Tết Nguyên đán, mùng 2"},
    {"VN", "2027-02-08", "Tết, third day", "Tết Nguyên đán, mùng 3"},
    {"VN", "2027-02-09", "Tết, fourth day", "Tết Nguyên đán, mùng 4"},
    {"VN", "2027-02-10", "Tết, fifth day", "Tết Nguyên đán, mùng 5"},
    {"VN", "2027-04-16", "Hùng Kings' Commemoration Day", "Giỗ Tổ Hùng Vương"},
    {"VN", "2027-04-30", "Reunification Day", "Ngày Chiến thắng"},
    {"VN", "2027-05-01", "International Labour Day", "Ngày Quốc tế Lao động"},
    {"VN", "2027-05-03", "Day off for International Labour Day", "Nghỉ bù Ngày Quốc tế Lao động"},
    {"VN", "2027-09-02", "National Day", "Quốc khánh"},
    {"VN", "2027-09-03", "National Day, day after", "Quốc khánh, ngày liền sau"},
    {"VN", "2027-11-24", "Vietnam Culture Day", "Ngày Văn hóa Việt Nam"},
};

}  // namespace fairlead::organisation
