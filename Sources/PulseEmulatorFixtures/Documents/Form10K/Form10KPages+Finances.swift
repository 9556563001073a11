extension Fixtures {
    /// The annual report from Item 7 on, 13 pages. The numbers are those of the charts.
    static let form10KFinancePages: [String] = [
        """
        ### Item 7. Management's discussion and analysis

        #### Overview

        Revenue grew by 8.3 % to **$1,632.8 million**; without acquisitions and currency by 6.9 %. Operating income grew \
        by 18.9 % to $285.6 million, and earnings per share by 25.0 % to $3.45.

        ![Figure 9. Revenue, fiscal 2023 to 2024](https://api.runpulse.com/results/form-10k-fy2024/images/fig-09-revenue-bridge.png)

        | Change of revenue | $ million | Percent |
        |:--|--:|--:|
        | Volume | 71.6 | 4.7 |
        | Price | 33.2 | 2.2 |
        | Acquisitions | 29.7 | 2.0 |
        | Currency | (9.2) | (0.6) |
        | **Total** | **125.3** | **8.3** |
        """,
        """
        #### Margins

        ![Figure 10. Gross and operating margin](https://api.runpulse.com/results/form-10k-fy2024/images/fig-10-margins.png)

        Gross margin rose by 1.2 percentage points to 52.6 %: 0.7 from prices, 0.4 from the mix of products, and 0.1 from \
        freight.

        | | 2022 | % | 2023 | % | 2024 | % |
        |---|--:|--:|--:|--:|--:|--:|
        | Revenue | 1,398.2 | 100.0 | 1,507.5 | 100.0 | 1,632.8 | 100.0 |
        | Cost of revenue | 693.5 | 49.6 | 732.6 | 48.6 | 774.0 | 47.4 |
        | **Gross profit** | **704.7** | **50.4** | **774.9** | **51.4** | **858.8** | **52.6** |
        | Research and development | 118.8 | 8.5 | 131.2 | 8.7 | 146.9 | 9.0 |
        | Selling and administration | 342.6 | 24.5 | 361.8 | 24.0 | 386.2 | 23.7 |
        | Amortization | 31.4 | 2.2 | 33.0 | 2.2 | 35.9 | 2.2 |
        | Restructuring[^4] | – | – | 8.6 | 0.6 | 4.2 | 0.3 |
        | **Operating income** | **211.9** | **15.2** | **240.3** | **15.9** | **285.6** | **17.5** |

        [^4]: The closing of the plant in Leeds, which was announced in August 2023 and ended in May 2024.
        """,
        """
        #### Segment results

        ![Figure 11. Operating income of the segments](https://api.runpulse.com/results/form-10k-fy2024/images/fig-11-segment-income.png)

        <table>
        <thead><tr><th></th><th colspan="2">2022</th><th colspan="2">2023</th><th colspan="2">2024</th></tr>
        <tr><th>Operating income</th><th>$</th><th>%</th><th>$</th><th>%</th><th>$</th><th>%</th></tr></thead>
        <tbody><tr><td>Analytical Instruments</td><td>168.2</td><td>23.0</td><td>188.6</td><td>24.2</td><td>214.9</td><td>25.5</td></tr>
        <tr><td>Process Sensors</td><td>86.4</td><td>18.4</td><td>95.2</td><td>19.1</td><td>104.1</td><td>19.9</td></tr>
        <tr><td>Laboratory Services</td><td>31.6</td><td>16.1</td><td>38.7</td><td>16.8</td><td>47.8</td><td>17.8</td></tr>
        <tr><td>Corporate</td><td>(42.9)</td><td></td><td>(40.6)</td><td></td><td>(41.1)</td><td></td></tr>
        <tr><td>Amortization and restructuring</td><td>(31.4)</td><td></td><td>(41.6)</td><td></td><td>(40.1)</td><td></td></tr>
        <tr><th>Total</th><th>211.9</th><th>15.2</th><th>240.3</th><th>15.9</th><th>285.6</th><th>17.5</th></tr></tbody>
        </table>

        ![Figure 12. Operating expenses as a share of revenue](https://api.runpulse.com/results/form-10k-fy2024/images/fig-12-expenses.png)
        """,
        """
        #### Orders and backlog

        ![Figure 13. Orders and backlog by quarter](https://api.runpulse.com/results/form-10k-fy2024/images/fig-13-backlog.png)

        | Quarter | Orders | Revenue | Backlog at the end |
        |---|--:|--:|--:|
        | Q1 2023 | 366.0 | 352.1 | 426.2 |
        | Q2 2023 | 377.2 | 371.4 | 432.0 |
        | Q3 2023 | 371.9 | 378.6 | 425.3 |
        | Q4 2023 | 412.8 | 405.4 | 432.7 |
        | Q1 2024 | 398.4 | 381.6 | 449.5 |
        | Q2 2024 | 415.1 | 402.9 | 461.7 |
        | Q3 2024 | 421.6 | 410.8 | 472.5 |
        | Q4 2024 | 452.3 | 437.5 | 487.3 |

        Orders of the year were $1,687.4 million, 1.03 times revenue. We expect to deliver 91 % of the backlog in fiscal \
        2025.
        """,
        """
        #### Interest and taxes

        Net interest expense fell to $26.8 million (2023: $29.3 million), as debt fell. Income before taxes was \
        $258.8 million, taxes $52.3 million.

        ![Figure 14. From the statutory to the effective tax rate](https://api.runpulse.com/results/form-10k-fy2024/images/fig-14-tax-rate.png)

        | Reconciliation, fiscal 2024 | $ million | % |
        |---|--:|--:|
        | At the statutory rate | 54.3 | 21.0 |
        | State taxes, net | 4.1 | 1.6 |
        | Research credits | (5.9) | (2.3) |
        | Foreign-derived intangible income | (2.3) | (0.9) |
        | Stock awards | (0.8) | (0.3) |
        | Other | 2.9 | 1.1 |
        | **Income taxes** | **52.3** | **20.2** |

        The rate was 20.7 % in fiscal 2023 and 21.0 % in fiscal 2022.
        """,
        """
        #### Liquidity and capital resources

        ![Figure 15. Cash, fiscal 2024](https://api.runpulse.com/results/form-10k-fy2024/images/fig-15-cash-bridge.png)

        | | 2022 | 2023 | 2024 |
        |---|--:|--:|--:|
        | Cash at the beginning | 187.1 | 198.3 | 212.6 |
        | Operations | 198.7 | 231.4 | 274.8 |
        | Capital spending | (62.8) | (71.5) | (84.3) |
        | Acquisitions | (41.2) | (24.5) | (96.0) |
        | Repayment of debt | (10.0) | (25.0) | (40.0) |
        | Repurchases | (46.0) | (65.3) | (88.7) |
        | Dividends | (28.1) | (30.9) | (33.5) |
        | Currency | 0.6 | 0.1 | (2.1) |
        | **Cash at the end** | **198.3** | **212.6** | **142.8** |

        Free cash flow[^5] was $190.5 million (2023: $159.9 million).

        [^5]: Cash from operations less capital spending. This is not a measure under US GAAP.
        """,
        """
        ![Figure 16. Capital spending by purpose](https://api.runpulse.com/results/form-10k-fy2024/images/fig-16-capital-spending.png)

        We expect to spend about $90 million in fiscal 2025, half of it in Rochester.

        #### Borrowings

        ![Figure 17. Debt maturities at December 28, 2024](https://api.runpulse.com/results/form-10k-fy2024/images/fig-17-maturities.png)

        | | 2025 | 2026 | 2027 | 2028 | 2029 | later | Total |
        |---|--:|--:|--:|--:|--:|--:|--:|
        | Term loan, SOFR + 1.25 % | 20.0 | 20.0 | 110.0 | – | – | – | 150.0 |
        | Senior notes, 4.25 % | – | – | – | 200.0 | – | – | 200.0 |
        | Senior notes, 5.10 % | – | – | – | – | – | 250.0 | 250.0 |
        | **Total** | **20.0** | **20.0** | **110.0** | **200.0** | **–** | **250.0** | **600.0** |
        """,
        """
        <figure><img src="https://api.runpulse.com/results/form-10k-fy2024/images/fig-18-leverage.png">\
        <figcaption>Figure 18. Net debt to adjusted EBITDA</figcaption></figure>

        | | 2022 | 2023 | 2024 |
        |---|--:|--:|--:|
        | Debt | 665.0 | 640.0 | 600.0 |
        | Cash | (198.3) | (212.6) | (142.8) |
        | **Net debt** | **466.7** | **427.4** | **457.2** |
        | Operating income | 211.9 | 240.3 | 285.6 |
        | Depreciation | 48.9 | 52.4 | 57.1 |
        | Amortization | 31.4 | 33.0 | 35.9 |
        | Restructuring | – | 8.6 | 4.2 |
        | **Adjusted EBITDA** | **292.2** | **334.3** | **382.8** |
        | **Net debt to adjusted EBITDA** | **1.60** | **1.28** | **1.19** |

        A revolving credit line of $300.0 million, unused, is available until November 2028.

        #### Critical accounting estimates

        *Goodwill* is tested in the fourth quarter of every year. The value in use of each segment was at least 60 % above \
        its carrying amount; a discount rate one percentage point higher would not change the result.
        """,
        """
        ### Item 7A. Market risk

        ![Figure 19. Effect of a change of currencies by 10 % on operating income](https://api.runpulse.com/results/form-10k-fy2024/images/fig-19-currencies.png)

        | Currency | If 10 % stronger | If 10 % weaker |
        |---|--:|--:|
        | Euro | +9.8 | −9.8 |
        | Renminbi | +5.4 | −5.4 |
        | Swiss franc | −4.6 | +4.6 |
        | Yen | +3.7 | −3.7 |
        | Pound sterling | −2.1 | +2.1 |

        A rise of interest rates by one percentage point would cost $1.5 million a year on the term loan of $150.0 million.
        """,
        """
        ### Item 8. Financial statements

        #### Consolidated balance sheets

        | At year end | 2023 | 2024 |
        |---|--:|--:|
        | Cash | 212.6 | 142.8 |
        | Receivables | 248.3 | 271.4 |
        | Inventories | 286.9 | 305.2 |
        | Other current assets | 41.7 | 44.8 |
        | *Current assets* | *789.5* | *764.2* |
        | Property, plant and equipment | 398.4 | 431.7 |
        | Goodwill | 621.9 | 679.3 |
        | Intangible assets | 287.6 | 290.3 |
        | Other assets | 96.2 | 101.5 |
        | **Total assets** | **2,193.6** | **2,267.0** |
        | Payables | 121.4 | 129.7 |
        | Accrued liabilities | 168.3 | 176.9 |
        | Debt due within a year | 40.0 | 20.0 |
        | *Current liabilities* | *329.7* | *326.6* |
        | Debt | 600.0 | 580.0 |
        | Deferred taxes | 74.2 | 79.1 |
        | Other liabilities | 128.8 | 135.6 |
        | Equity | 1,060.9 | 1,145.7 |
        | **Total liabilities and equity** | **2,193.6** | **2,267.0** |

        #### Changes in equity

        | Fiscal 2024 | $ million |
        |---|--:|
        | At the beginning | 1,060.9 |
        | Net income | 206.5 |
        | Other comprehensive loss | (18.4) |
        | Stock awards | 18.9 |
        | Repurchases | (88.7) |
        | Dividends | (33.5) |
        | **At the end** | **1,145.7** |
        """,
        """
        #### Note 1. Acquisitions

        On April 2, 2024, we acquired Brenner Labor AG, Winterthur, and on July 15 the ion source business of Tessel Inc., \
        for $96.0 million in all, net of cash acquired.

        | | $ million |
        |---|--:|
        | Intangible assets | 38.4 |
        | Net working capital | 4.9 |
        | Deferred taxes | (8.5) |
        | Goodwill | 61.2 |
        | **Price** | **96.0** |

        #### Note 2. Goodwill

        ![Figure 20. Goodwill by segment at year end](https://api.runpulse.com/results/form-10k-fy2024/images/fig-20-goodwill.png)

        | | 2023 | Acquired | Currency | 2024 |
        |---|--:|--:|--:|--:|
        | Analytical Instruments | 318.2 | 18.6 | (1.2) | 335.6 |
        | Process Sensors | 207.4 | – | (1.5) | 205.9 |
        | Laboratory Services | 96.3 | 42.6 | (1.1) | 137.8 |
        | **Total** | **621.9** | **61.2** | **(3.8)** | **679.3** |
        """,
        """
        ### Item 9. Changes in and disagreements with accountants

        None.

        ### Item 9A. Controls and procedures

        Our chief executive and chief financial officers have concluded that our disclosure controls were effective on \
        December 28, 2024. The two businesses acquired in the year, 2.6 % of revenue, were left out of the assessment.

        ### Item 9B. Other information

        None.

        ## Part III

        ### Item 10. Directors, executive officers and corporate governance

        | Name | Age | Office |
        |---|--:|---|
        | Margit Solberg | 58 | President and chief executive officer |
        | Daniel Okafor | 51 | Chief financial officer |
        | Priya Raman | 47 | Senior vice president, Analytical Instruments |
        | Luis Ferreira | 55 | Senior vice president, Process Sensors |
        | Hanna Brenner | 49 | Senior vice president, Laboratory Services |

        ### Item 11. Executive compensation

        ### Item 12. Security ownership of certain beneficial owners

        ### Item 13. Certain relationships and related transactions

        ### Item 14. Principal accountant fees and services

        What Items 11 to 14 ask for is in our proxy statement, to be filed within 120 days of the end of the fiscal year.
        """,
        """
        ## Part IV

        ### Item 15. Exhibits and financial statement schedules

        Exhibit 3.1
        : Certificate of incorporation, as amended on May 8, 2019

        | No. | Exhibit |
        |--:|---|
        | 3.1 | Certificate of incorporation |
        | 4.2 | Indenture of the 5.10 % senior notes |
        | 10.7 | Credit agreement of November 17, 2023 |
        | 21 | [Subsidiaries](https://investors.calder.example/2024/ex21.htm) |
        | 31.1 | Certification of the chief executive officer |
        | 101 | Inline XBRL: `cldr-20241228.htm` |

        ```xml
        <ix:nonFraction name="us-gaap:Revenues" contextRef="FY2024" unitRef="USD" decimals="-5" scale="6">1,632.8</ix:nonFraction>
        ```

        ### Signatures

        Signed on behalf of the registrant, Portsmouth, New Hampshire, February 20, 2025:

        **Margit Solberg**, President and chief executive officer
        **Daniel Okafor**, Chief financial officer

        ---

        *End of the report.*
        """,
    ]
}
