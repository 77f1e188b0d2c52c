/** What the queue carries: by type, what goes in and what comes out. */
export type ShopJobs = {
  readonly 'order.charge': { readonly in: Order; readonly out: Receipt };
  readonly 'report.daily': { readonly in: { readonly to: string }; readonly out: undefined };
};

export interface Order {
  readonly order: string;
  readonly customer: string;
  readonly cents: number;
}

export interface Receipt {
  readonly payment: string;
}
