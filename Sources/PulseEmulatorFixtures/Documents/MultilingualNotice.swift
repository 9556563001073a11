import Foundation
import PulseEmulator

extension Fixtures {
    /// A notice to all households in nine languages: both directions, scripts without spaces, emoji, combining marks.
    static let multilingualNotice: EmulatedJob = {
        let id = "multilingual-notice"
        let chart = ChartEntry.figure(
            1, page: 2, title: "断水時間帯（地区別）", chartType: "GanttChart",
            description: "地区1 08:00–12:00、地区2 09:00–15:00、地区3 13:00–18:00、地区4 20:00–23:00",
            filename: "断水時間帯 4地区.png", content: FixtureImages.noticeHours)
        let layout = DocumentLayout(
            pages: multilingualPages, header: "Wasserwerk Hafenstadt ・ 水道局 ・ مصلحة المياه",
            images: [chart.node(job: id)])
        let extraction = Extraction(
            layout: layout, id: "4a3f1a1e-90c5-4d1d-b0b6-08f2a1e5c977",
            warnings: ["الصفحة 1: كلمة واحدة غير مقروءة.", "2ページ：印影を読み取れませんでした。"])
        return EmulatedJob(
            id: id, timetable: .finished(created: Date(timeIntervalSince1970: 1_747_036_800), took: .seconds(11)),
            result: .inline(extraction.node), images: [chart.file])
    }()

    private static let multilingualPages: [String] = [
        """
        # Water off from 14 to 17 April 2025 💧🚫

        The main under Quay Street is being renewed. Your water will be off **for some hours on one day**. Please store \
        20 litres a person. Questions: 📞 0800 555 0147, 08:00–18:00.

        | District | Date | Off |
        |---|---|---|
        | 1 | 14 April | 08:00–12:00 |
        | 2 | 15 April | 09:00–15:00 |
        | 3 | 16 April | 13:00–18:00 |
        | 4 | 17 April | 20:00–23:00 |

        ## إشعار بانقطاع المياه

        سيتم تجديد الأنبوب الرئيسي تحت شارع الرصيف (Quay Street) من 14 إلى 17 أبريل 2025. ستنقطع المياه **لبضع ساعات في يوم \
        واحد** فقط. يُرجى تخزين 20 لترًا لكل شخص.

        | الحي | التاريخ | مدة الانقطاع |
        |---|---|--:|
        | 1 | 14 أبريل | 08:00–12:00 |
        | 2 | 15 أبريل | 09:00–15:00 |
        | 3 | 16 أبريل | 13:00–18:00 |
        | 4 | 17 أبريل | 20:00–23:00 |

        ### ما الذي يجب فعله؟

        1. أغلِق الصنبور الرئيسي (المحبس رقم `M-3`).
        2. لا تستخدم الغسّالة حتى الساعة 23:00.
        3. اتصل بنا على الرقم 0800 555 0147 إذا لم تعد المياه.

        ## הודעה על הפסקת מים

        בין 14 ל־17 באפריל 2025 יוחלף הצינור הראשי שברחוב הרציף (Quay Street). המים יופסקו **לכמה שעות ביום אחד**. אנא אגרו 20 \
        ליטר לכל אדם.

        | רובע | תאריך | הפסקה |
        |---|---|--:|
        | 1 | 14 באפריל | 08:00–12:00 |
        | 2 | 15 באפריל | 09:00–15:00 |
        | 3 | 16 באפריל | 13:00–18:00 |
        | 4 | 17 באפריל | 20:00–23:00 |

        > לשאלות: ‎0800 555 0147‎, או [באתר](https://water.example/he?a=1&b=2).
        """,
        """
        ## 停水通知

        因更换码头街（Quay Street）地下主管道，2025年4月14日至17日将分区停水，**每区仅一天、数小时**。请每人储水20升。

        - 1区：4月14日 08:00–12:00
        - 2区：4月15日 09:00–15:00
        - 3区：4月16日 13:00–18:00
        - 4区：4月17日 20:00–23:00

        ## 断水のお知らせ

        波止場通り（Quay Street）の配水本管を取り替えるため、2025年4月14日から17日まで、地区ごとに**一日、数時間**断水します。\
        お一人あたり20リットルの水をご用意ください。

        ![断水時間帯（地区別）](https://api.runpulse.com/results/multilingual-notice/images/%E6%96%AD%E6%B0%B4%E6%99%82%E9%96%93%E5%B8%AF%204%E5%9C%B0%E5%8C%BA.png)

        ### ご注意

        ﾄｲﾚﾉ水ﾓ止ﾏﾘﾏｽ。「いつまで？」――図をご覧ください。㈱港水道　℡ 0800-555-0147

        ## 단수 안내

        부두로(Quay Street) 상수도관 교체로 2025년 4월 14일부터 17일까지 구역별로 **하루, 몇 시간** 물이 나오지 않습니다. 한 \
        사람당 20리터를 받아 두십시오.

        | 구역 | 날짜 | 시간 |
        |:-:|---|---|
        | 1 | 4월 14일 | 08:00–12:00 |
        | 2 | 4월 15일 | 09:00–15:00 |
        | 3 | 4월 16일 | 13:00–18:00 |
        | 4 | 4월 17일 | 20:00–23:00 |

        ## ประกาศงดจ่ายน้ำประปา

        การประปาจะเปลี่ยนท่อหลักใต้ถนนท่าเรือ (Quay Street) ตั้งแต่วันที่ 14 ถึง 17 เมษายน 2568 น้ำจะหยุดไหล**วันเดียว ไม่กี่ชั่วโมง** \
        กรุณาสำรองน้ำคนละ 20 ลิตร โทร. ๐๘๐๐ ๕๕๕ ๐๑๔๗

        ## सूचना: पानी बंद रहेगा

        मुख्य पाइप बदला जा रहा है। १४ से १७ अप्रैल २०२५ तक पानी **एक दिन, कुछ घंटों** के लिए बंद रहेगा।

        ## Thông báo cúp nước

        Đường ống chính dưới phố Quay Street được thay từ 14 đến 17 tháng 4 năm 2025. Mỗi khu cúp nước **một ngày, vài giờ**.
        """,
        """
        ## 🧑‍🔧 👨‍👩‍👧‍👦 🇯🇵 🏳️‍🌈 👍🏽 1️⃣

        | Sign | Means |
        |:-:|---|
        | 💧 | water |
        | 🚱 | not to drink |
        | 👩🏾‍🚒 | fire brigade, hydrants stay open |
        | ♻︎ ♻️ | the same sign as text and as picture |

        ## Namen: Müller und Mu\u{308}ller, Łódź, Z\u{335}\u{321}\u{348}ürich

        Composed and combining: é and e\u{301}, Å and A\u{30A} and \u{212B}, ệ and e\u{323}\u{302}, 한 and \u{1112}\u{1161}\u{11AB}. \
        Stacked: t\u{336}e\u{336}x\u{336}t\u{336} and ก\u{E34}\u{E49}. Ligature ﬁ, superscript x², roman Ⅳ, 𝒜 and 𠮷 outside the first \
        plane, zero\u{200B}width, soft\u{AD}hyphen, narrow\u{202F}space.

        Mixed in one line: the number 14, يوم 14، יום 14, 14日, วันที่ 14 – and back to the left.[^rtl]

        [^rtl]: ملاحظة: Quay Street 14–17، هاتف 0800 555 0147.
        """,
    ]
}
